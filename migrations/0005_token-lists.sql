DROP INDEX `tokens_user`;--> statement-breakpoint
CREATE INDEX `tokens_user` ON `tokens` (`user_id`,`kind`,`created_at`);