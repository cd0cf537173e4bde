CREATE TABLE `rights_gone` (
	`never` integer NOT NULL,
	CONSTRAINT "right_stands" CHECK(never is null)
);
--> statement-breakpoint
ALTER TABLE `dispatch_targets` ADD `created_by` text REFERENCES users(id) ON DELETE set null;--> statement-breakpoint
ALTER TABLE `dispatch_targets` ADD `minted_by` text;--> statement-breakpoint
CREATE INDEX `dispatch_targets_created_by` ON `dispatch_targets` (`created_by`);--> statement-breakpoint
CREATE INDEX `dispatch_targets_minted_by` ON `dispatch_targets` (`minted_by`);--> statement-breakpoint
ALTER TABLE `listeners` ADD `created_by` text REFERENCES users(id) ON DELETE set null;--> statement-breakpoint
ALTER TABLE `listeners` ADD `minted_by` text;--> statement-breakpoint
CREATE INDEX `listeners_created_by` ON `listeners` (`created_by`);--> statement-breakpoint
CREATE INDEX `listeners_minted_by` ON `listeners` (`minted_by`);--> statement-breakpoint
CREATE INDEX `publishers_created_by` ON `publishers` (`created_by`);--> statement-breakpoint
CREATE INDEX `webhooks_created_by` ON `webhooks` (`created_by`);--> statement-breakpoint
-- The audit log knows who made what was there before.
UPDATE listeners SET
  created_by = (SELECT users.id FROM audit JOIN users ON users.id = audit.user_id
    WHERE audit.project_id = listeners.project_id AND audit.action = 'listener.created' AND audit.subject = listeners.id),
  minted_by = (SELECT actor_token_id FROM audit
    WHERE audit.project_id = listeners.project_id AND audit.action = 'listener.created' AND audit.subject = listeners.id);
--> statement-breakpoint
UPDATE dispatch_targets SET
  created_by = (SELECT users.id FROM audit LEFT JOIN users ON users.id = audit.user_id
    WHERE audit.project_id = dispatch_targets.project_id AND audit.action = 'dispatch_target.set' ORDER BY audit.id DESC LIMIT 1),
  minted_by = (SELECT actor_token_id FROM audit
    WHERE audit.project_id = dispatch_targets.project_id AND audit.action = 'dispatch_target.set' ORDER BY audit.id DESC LIMIT 1);
