DROP INDEX `outbox_told`;--> statement-breakpoint
DROP INDEX `outbox_workflow_told`;--> statement-breakpoint
DROP INDEX `outbox_pending`;--> statement-breakpoint
ALTER TABLE `outbox` ADD `subject` text;--> statement-breakpoint
ALTER TABLE `outbox` ADD `sent` text;--> statement-breakpoint
ALTER TABLE `outbox` ADD `asker` text;--> statement-breakpoint
ALTER TABLE `outbox` ADD `target` text;--> statement-breakpoint
ALTER TABLE `outbox` ADD `claimed_until` integer;--> statement-breakpoint
CREATE INDEX `outbox_subject` ON `outbox` (`listener_id`,`subject`);--> statement-breakpoint
CREATE INDEX `outbox_open` ON `outbox` (`created_at`) WHERE state in ('pending', 'refused');--> statement-breakpoint
CREATE INDEX `outbox_asker_user` ON `outbox` ("asker" ->> '$.userId') WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX `outbox_asker_token` ON `outbox` ("asker" ->> '$.tokenId') WHERE state = 'pending';--> statement-breakpoint
-- Who is removed leaves nothing queued: whatever they asked for is refused in the same transaction, whichever statement
-- removed them, a cascade too. Any other end of a right is read before a message is sent.
CREATE TRIGGER outbox_asker_left AFTER DELETE ON members BEGIN
  UPDATE outbox SET state = 'refused', problem = 'Whoever asked for it was removed from the project.'
  WHERE state = 'pending' AND asker ->> '$.userId' = OLD.user_id AND project_id = OLD.project_id;
END;
--> statement-breakpoint
CREATE TRIGGER outbox_asker_token_ended AFTER DELETE ON tokens BEGIN
  UPDATE outbox SET state = 'refused', problem = 'The token with which it was asked for ended.'
  WHERE state = 'pending' AND asker ->> '$.tokenId' = OLD.id;
END;
