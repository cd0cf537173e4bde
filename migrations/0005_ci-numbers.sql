DROP INDEX `pipelines_newest`;--> statement-breakpoint
ALTER TABLE `pipelines` ADD `ci_number` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `pipelines_newest` ON `pipelines` (`project_id`,`branch`,`began_at`,`ci_number`,`number`);