ALTER TABLE `pipelines` ADD `is_placed` integer DEFAULT true NOT NULL;--> statement-breakpoint
CREATE INDEX `pipelines_placed` ON `pipelines` (`project_id`,`branch`,`is_placed`,`began_at`,`ci_number`,`number`);--> statement-breakpoint
UPDATE `pipelines` SET `is_placed` = 0 WHERE `external_id` GLOB 'github:*'
  AND NOT EXISTS (SELECT 1 FROM `workflows` w WHERE w.`pipeline_id` = `pipelines`.`id` AND w.`told_status` IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM `builds` b WHERE b.`pipeline_id` = `pipelines`.`id`
    AND b.`external_id` NOT GLOB 'github:job:*' AND b.`external_id` NOT GLOB 'github:check:*');
