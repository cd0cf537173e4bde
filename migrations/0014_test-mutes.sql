CREATE TABLE `test_mutes` (
	`test_id` integer PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`reason` text NOT NULL,
	`until` integer NOT NULL,
	`muted_by` text,
	`muted_at` integer NOT NULL,
	FOREIGN KEY (`test_id`) REFERENCES `test_names`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`muted_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `test_mutes_project` ON `test_mutes` (`project_id`,`until`);--> statement-breakpoint
CREATE INDEX `test_mutes_by` ON `test_mutes` (`muted_by`);