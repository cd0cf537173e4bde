CREATE TABLE `policy` (
	`id` integer PRIMARY KEY NOT NULL,
	`personal_days` integer,
	`project_days` integer,
	`unused_days` integer,
	`project_makers` text NOT NULL,
	`cidrs` text,
	`changed_at` integer NOT NULL
);
