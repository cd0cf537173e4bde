CREATE TABLE `used_report_tickets` (
	`id` text PRIMARY KEY NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `used_report_tickets_expiry` ON `used_report_tickets` (`expires_at`);--> statement-breakpoint
CREATE INDEX `artifacts_reports` ON `artifacts` (`build_id`,length(path)) WHERE (path = 'index.html' or path glob '*/index.html');--> statement-breakpoint
-- Counted as done now, so that a task is not overdue before its first day is over.
INSERT INTO `upkeep_tasks` (`task`, `done_at`) SELECT `value`, unixepoch() * 1000 FROM json_each('["report tickets"]');
