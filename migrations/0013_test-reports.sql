CREATE TABLE `test_failures` (
	`report_id` integer NOT NULL,
	`position` integer NOT NULL,
	`test_id` integer NOT NULL,
	`outcome` text NOT NULL,
	`run_time_seconds` real NOT NULL,
	`source` text NOT NULL,
	`message` text NOT NULL,
	PRIMARY KEY(`report_id`, `position`),
	FOREIGN KEY (`report_id`) REFERENCES `test_reports`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`test_id`) REFERENCES `test_names`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `test_failures_test` ON `test_failures` (`test_id`,`report_id`);--> statement-breakpoint
CREATE TABLE `test_names` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`project_id` text NOT NULL,
	`classname` text NOT NULL,
	`name` text NOT NULL,
	`file` text NOT NULL,
	`created_at` integer NOT NULL,
	`seen_at` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `test_names_key` ON `test_names` (`project_id`,`classname`,`name`,`file`);--> statement-breakpoint
CREATE INDEX `test_names_newest` ON `test_names` (`project_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `test_packs` (
	`build_id` text PRIMARY KEY NOT NULL,
	`object_key` text NOT NULL,
	`offsets` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`build_id`) REFERENCES `builds`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `test_packs_object` ON `test_packs` (`object_key`);--> statement-breakpoint
CREATE TABLE `test_reports` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`project_id` text NOT NULL,
	`build_id` text NOT NULL,
	`report` text NOT NULL,
	`digest` text NOT NULL,
	`object_key` text NOT NULL,
	`object_index` text NOT NULL,
	`passed` integer NOT NULL,
	`failed` integer NOT NULL,
	`errored` integer NOT NULL,
	`skipped` integer NOT NULL,
	`flaky` integer NOT NULL,
	`run_time_seconds` real NOT NULL,
	`warnings` text NOT NULL,
	`created_at` integer NOT NULL,
	`outcomes` text NOT NULL,
	`times` text NOT NULL,
	FOREIGN KEY (`build_id`) REFERENCES `builds`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `test_reports_build` ON `test_reports` (`build_id`,`report`);--> statement-breakpoint
CREATE INDEX `test_reports_project` ON `test_reports` (`project_id`,`id`);--> statement-breakpoint
CREATE INDEX `test_reports_object` ON `test_reports` (`object_key`);--> statement-breakpoint
INSERT INTO `upkeep_tasks` (`task`, `done_at`) SELECT `value`, unixepoch() * 1000 FROM json_each('["orphan tests","old test results","unused test names"]');