DROP INDEX `tokens_user`;--> statement-breakpoint
CREATE INDEX `tokens_user` ON `tokens` (`user_id`,`kind`,`created_at`);--> statement-breakpoint
ALTER TABLE `sign_in_links` ADD `is_invitation` integer DEFAULT false NOT NULL;