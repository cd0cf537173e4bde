CREATE TABLE `upkeep_tasks` (
	`task` text PRIMARY KEY NOT NULL,
	`done_at` integer NOT NULL,
	`failed_at` integer,
	`failures` integer DEFAULT 0 NOT NULL,
	`behind_ms` integer
);
--> statement-breakpoint
-- So that a task that never runs is seen to be late, too.
INSERT INTO `upkeep_tasks` (`task`, `done_at`) SELECT `value`, unixepoch() * 1000 FROM json_each('["feed","retention","idle uploads","orphans","forgotten messages","outbox","reporting tokens","used identities","rotated webhooks","sessions","sign-in links","deliveries"]');
