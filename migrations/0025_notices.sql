CREATE TABLE `mail_addresses` (
	`user_id` text PRIMARY KEY NOT NULL,
	`address` text NOT NULL,
	`confirmed_at` integer,
	`code_hash` text,
	`code_expires_at` integer,
	`tries` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `notice_checks` (
	`pipeline_id` text PRIMARY KEY NOT NULL,
	`asks` integer DEFAULT 1 NOT NULL,
	`since` integer NOT NULL,
	FOREIGN KEY (`pipeline_id`) REFERENCES `pipelines`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `notice_checks_since` ON `notice_checks` (`since`);--> statement-breakpoint
CREATE TABLE `notice_choices` (
	`user_id` text NOT NULL,
	`kind` text NOT NULL,
	`project_id` text,
	`place` text NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `notice_choices_one` ON `notice_choices` (`user_id`,`kind`,coalesce("project_id", ''));--> statement-breakpoint
CREATE INDEX `notice_choices_project` ON `notice_choices` (`project_id`);--> statement-breakpoint
CREATE TABLE `notice_inbox` (
	`user_id` text NOT NULL,
	`notice_id` text NOT NULL,
	`at` integer NOT NULL,
	`read_at` integer,
	PRIMARY KEY(`user_id`, `notice_id`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`notice_id`) REFERENCES `notices`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `notice_inbox_newest` ON `notice_inbox` (`user_id`,`at`);--> statement-breakpoint
CREATE INDEX `notice_inbox_unread` ON `notice_inbox` (`user_id`) WHERE read_at is null;--> statement-breakpoint
CREATE INDEX `notice_inbox_notice` ON `notice_inbox` (`notice_id`);--> statement-breakpoint
CREATE TABLE `notice_states` (
	`subject` text PRIMARY KEY NOT NULL,
	`state` text NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`notice_id` text,
	`at` integer NOT NULL,
	`project_id` text,
	`pipeline_id` text,
	`token_id` text,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`pipeline_id`) REFERENCES `pipelines`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`token_id`) REFERENCES `tokens`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `notice_states_at` ON `notice_states` (`at`);--> statement-breakpoint
CREATE INDEX `notice_states_project` ON `notice_states` (`project_id`);--> statement-breakpoint
CREATE INDEX `notice_states_pipeline` ON `notice_states` (`pipeline_id`) WHERE pipeline_id is not null;--> statement-breakpoint
CREATE INDEX `notice_states_token` ON `notice_states` (`token_id`) WHERE token_id is not null;--> statement-breakpoint
CREATE TABLE `notices` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`project_id` text,
	`branch` text,
	`pipeline_id` text,
	`facts` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `notices_project` ON `notices` (`project_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `notices_branch` ON `notices` (`project_id`,`branch`,`created_at`);--> statement-breakpoint
CREATE INDEX `notices_pipeline` ON `notices` (`pipeline_id`) WHERE pipeline_id is not null;--> statement-breakpoint
CREATE INDEX `notices_created` ON `notices` (`created_at`);--> statement-breakpoint
CREATE TABLE `token_successors` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`replaces` text NOT NULL,
	`label` text NOT NULL,
	`scope` text NOT NULL,
	`limits` text,
	`life_ms` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `token_successors_project` ON `token_successors` (`project_id`,`created_at`);--> statement-breakpoint
-- Triggers that name the table would keep it from getting its name back.
DROP TRIGGER outbox_asker_left;--> statement-breakpoint
DROP TRIGGER outbox_asker_token_ended;--> statement-breakpoint
CREATE TABLE `__new_outbox` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text,
	`build_id` text,
	`workflow_id` text,
	`listener_id` text,
	`user_id` text,
	`notice_id` text,
	`event` text NOT NULL,
	`subject` text,
	`told` text,
	`sent` text,
	`asker` text,
	`target` text,
	`params` text,
	`state` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`response_status` integer,
	`problem` text,
	`remote_id` text,
	`created_at` integer NOT NULL,
	`last_attempt_at` integer,
	`claimed_until` integer,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`build_id`) REFERENCES `builds`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`listener_id`) REFERENCES `listeners`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`notice_id`) REFERENCES `notices`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
-- In their order, which is that of queueing.
INSERT INTO `__new_outbox`("id", "project_id", "build_id", "workflow_id", "listener_id", "event", "subject", "told", "sent", "asker", "target", "params", "state", "attempts", "response_status", "problem", "remote_id", "created_at", "last_attempt_at", "claimed_until") SELECT "id", "project_id", "build_id", "workflow_id", "listener_id", "event", "subject", "told", "sent", "asker", "target", "params", "state", "attempts", "response_status", "problem", "remote_id", "created_at", "last_attempt_at", "claimed_until" FROM `outbox` ORDER BY rowid;--> statement-breakpoint
DROP TABLE `outbox`;--> statement-breakpoint
ALTER TABLE `__new_outbox` RENAME TO `outbox`;--> statement-breakpoint
CREATE INDEX `outbox_subject` ON `outbox` (`listener_id`,`subject`);--> statement-breakpoint
CREATE INDEX `outbox_project` ON `outbox` (`project_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `outbox_build` ON `outbox` (`build_id`);--> statement-breakpoint
CREATE INDEX `outbox_workflow` ON `outbox` (`workflow_id`);--> statement-breakpoint
CREATE INDEX `outbox_created` ON `outbox` (`created_at`);--> statement-breakpoint
CREATE INDEX `outbox_open` ON `outbox` (`created_at`) WHERE state in ('pending', 'refused');--> statement-breakpoint
CREATE INDEX `outbox_asker_user` ON `outbox` ("asker" ->> '$.userId') WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX `outbox_notices` ON `outbox` (`listener_id`,`user_id`,`created_at`) WHERE notice_id is not null;--> statement-breakpoint
CREATE INDEX `outbox_notice` ON `outbox` (`notice_id`) WHERE notice_id is not null;--> statement-breakpoint
CREATE INDEX `outbox_mail` ON `outbox` (`user_id`) WHERE user_id is not null;--> statement-breakpoint
CREATE INDEX `outbox_asker_token` ON `outbox` ("asker" ->> '$.tokenId') WHERE state = 'pending';--> statement-breakpoint
ALTER TABLE `listeners` ADD `failing_since` integer;--> statement-breakpoint
ALTER TABLE `listeners` ADD `problem` text;--> statement-breakpoint
ALTER TABLE `listeners` ADD `paused_at` integer;--> statement-breakpoint
CREATE INDEX `listeners_failing` ON `listeners` (`failing_since`) WHERE failing_since is not null;--> statement-breakpoint
ALTER TABLE `projects` ADD `on_leak` text DEFAULT 'end' NOT NULL;--> statement-breakpoint
-- As in 0008.
CREATE TRIGGER outbox_asker_left AFTER DELETE ON members BEGIN
  UPDATE outbox SET state = 'refused', problem = 'Whoever asked for it was removed from the project.'
  WHERE state = 'pending' AND asker ->> '$.userId' = OLD.user_id AND project_id = OLD.project_id;
END;
--> statement-breakpoint
CREATE TRIGGER outbox_asker_token_ended AFTER DELETE ON tokens BEGIN
  UPDATE outbox SET state = 'refused', problem = 'The token with which it was asked for ended.'
  WHERE state = 'pending' AND asker ->> '$.tokenId' = OLD.id;
END;
--> statement-breakpoint
-- Whoever leaves a project keeps nothing of what they were told of it, whichever statement removed them.
CREATE TRIGGER notices_left AFTER DELETE ON members BEGIN
  DELETE FROM notice_inbox WHERE user_id = OLD.user_id
    AND notice_id IN (SELECT id FROM notices WHERE project_id = OLD.project_id);
  DELETE FROM notice_choices WHERE user_id = OLD.user_id AND project_id = OLD.project_id;
  UPDATE outbox SET state = 'dropped', problem = 'They were removed from the project.'
  WHERE state = 'pending' AND user_id = OLD.user_id AND project_id = OLD.project_id;
END;
--> statement-breakpoint
-- What admins alone are told of, whoever is none any more loses.
CREATE TRIGGER notices_demoted AFTER UPDATE OF role ON members WHEN NEW.role <> 'admin' AND OLD.role = 'admin' BEGIN
  DELETE FROM notice_inbox WHERE user_id = OLD.user_id AND notice_id IN (
    SELECT id FROM notices WHERE project_id = OLD.project_id
      AND kind NOT IN ('branch.broken', 'branch.fixed', 'pipeline.ended', 'test.failing', 'test.flaky'));
  UPDATE outbox SET state = 'dropped', problem = 'They are no admin of the project any more.'
  WHERE state = 'pending' AND user_id = OLD.user_id AND project_id = OLD.project_id AND notice_id IN (
    SELECT id FROM notices WHERE kind NOT IN ('branch.broken', 'branch.fixed', 'pipeline.ended', 'test.failing', 'test.flaky'));
END;
