ALTER TABLE `pipelines` ADD `is_placed` integer DEFAULT true NOT NULL;--> statement-breakpoint
CREATE INDEX `pipelines_placed` ON `pipelines` (`project_id`,`branch`,`is_placed`,`began_at`,`number`);