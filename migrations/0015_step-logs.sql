CREATE TABLE `log_parts` (
	`object_key` text PRIMARY KEY NOT NULL,
	`log_id` text NOT NULL,
	`project_id` text NOT NULL,
	`build_id` text NOT NULL,
	`offset` integer NOT NULL,
	`size_bytes` integer NOT NULL,
	`newlines_before` integer NOT NULL,
	`created_at` integer NOT NULL,
	`members` text NOT NULL,
	FOREIGN KEY (`log_id`) REFERENCES `logs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `log_parts_offset` ON `log_parts` (`log_id`,`offset`,`size_bytes`);--> statement-breakpoint
CREATE INDEX `log_parts_build` ON `log_parts` (`build_id`);--> statement-breakpoint
CREATE INDEX `log_parts_age` ON `log_parts` (`project_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `logs` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`build_id` text NOT NULL,
	`step` integer NOT NULL,
	`stream` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`newlines` integer NOT NULL,
	`is_line_open` integer NOT NULL,
	`small_parts` integer NOT NULL,
	`state` text NOT NULL,
	`created_at` integer NOT NULL,
	`touched_at` integer NOT NULL,
	`condensed` text,
	FOREIGN KEY (`build_id`) REFERENCES `builds`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `logs_step` ON `logs` (`build_id`,`step`,`stream`);--> statement-breakpoint
CREATE INDEX `logs_age` ON `logs` (`project_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `logs_unpacked` ON `logs` (`touched_at`) WHERE state <> 'packed';--> statement-breakpoint
INSERT INTO `upkeep_tasks` (`task`, `done_at`) SELECT `value`, unixepoch() * 1000 FROM json_each('["orphan logs","unfinished logs"]');
