CREATE TABLE `__new_outbox` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`build_id` text,
	`workflow_id` text NOT NULL,
	`listener_id` text,
	`event` text NOT NULL,
	`told` text,
	`params` text,
	`state` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`response_status` integer,
	`problem` text,
	`remote_id` text,
	`created_at` integer NOT NULL,
	`last_attempt_at` integer,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`build_id`) REFERENCES `builds`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`listener_id`) REFERENCES `listeners`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
INSERT INTO `__new_outbox`("id", "project_id", "build_id", "workflow_id", "listener_id", "event", "told", "params", "state", "attempts", "response_status", "problem", "remote_id", "created_at", "last_attempt_at") SELECT "id", "project_id", "build_id", "workflow_id", "listener_id", "event", "told", "params", "state", "attempts", "response_status", "problem", "remote_id", "created_at", "last_attempt_at" FROM `outbox`;--> statement-breakpoint
DROP TABLE `outbox`;--> statement-breakpoint
ALTER TABLE `__new_outbox` RENAME TO `outbox`;--> statement-breakpoint
CREATE UNIQUE INDEX `outbox_told` ON `outbox` (`listener_id`,`build_id`,`told`);--> statement-breakpoint
CREATE UNIQUE INDEX `outbox_workflow_told` ON `outbox` (`listener_id`,`workflow_id`,`told`) WHERE build_id is null;--> statement-breakpoint
CREATE INDEX `outbox_project` ON `outbox` (`project_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `outbox_build` ON `outbox` (`build_id`);--> statement-breakpoint
CREATE INDEX `outbox_workflow` ON `outbox` (`workflow_id`);--> statement-breakpoint
CREATE INDEX `outbox_created` ON `outbox` (`created_at`);--> statement-breakpoint
CREATE INDEX `outbox_pending` ON `outbox` (`created_at`) WHERE state = 'pending';--> statement-breakpoint
ALTER TABLE `builds` ADD `attempt` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `pipelines` ADD `began_at` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `pipelines_newest` ON `pipelines` (`project_id`,`branch`,`began_at`,`number`);--> statement-breakpoint
ALTER TABLE `workflows` ADD `attempt_of` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `workflows` ADD `attempt` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `workflows` ADD `told_status` text;--> statement-breakpoint
ALTER TABLE `workflows` ADD `told_class` text;--> statement-breakpoint
ALTER TABLE `workflows` ADD `told_at` integer;--> statement-breakpoint
ALTER TABLE `workflows` ADD `told_order` text;--> statement-breakpoint
ALTER TABLE `workflows` ADD `told_after` integer;--> statement-breakpoint
ALTER TABLE `workflows` ADD `began_at` integer;--> statement-breakpoint
CREATE INDEX `workflows_told` ON `workflows` (`project_id`,`told_class`,`told_after`);
--> statement-breakpoint
UPDATE pipelines SET began_at = created_at;
--> statement-breakpoint
-- What is stored is shown as before: so far the newest build of a name, in workflows of one name, took the place of the
-- others. Those get attempt 0, which counts no longer; all else gets what a report of it says from now on.
UPDATE workflows SET
  attempt_of = CASE
    WHEN external_id GLOB 'github:run:[0-9]*.[0-9]*' THEN substr(external_id, 1, instr(external_id, '.') - 1)
    WHEN external_id GLOB 'circleci:workflow:*' AND name <> '-' THEN 'circleci:' || name
    WHEN external_id GLOB 'github:*' OR external_id GLOB 'gitlab:pipeline:*' OR external_id GLOB 'circleci:workflow:*'
      OR external_id GLOB 'buildkite:build:*' OR external_id GLOB 'jenkins:*' THEN external_id
    ELSE name END,
  attempt = CASE
    WHEN external_id GLOB 'github:run:[0-9]*.[0-9]*'
      THEN max(1, CAST(substr(external_id, 12) AS INTEGER) * 1000 + CAST(substr(external_id, instr(external_id, '.') + 1) AS INTEGER))
    WHEN external_id GLOB 'circleci:workflow:*' THEN max(1, created_at)
    ELSE 1 END;
--> statement-breakpoint
UPDATE builds SET attempt = CASE
  WHEN external_id GLOB 'gitlab:job:[0-9]*' THEN max(1, CAST(substr(external_id, 12) AS INTEGER))
  WHEN external_id GLOB 'github:check:[0-9]*' THEN max(1, CAST(substr(external_id, 14) AS INTEGER))
  ELSE (SELECT attempt FROM workflows WHERE workflows.id = builds.workflow_id) END;
--> statement-breakpoint
UPDATE builds SET attempt = 0 WHERE EXISTS (
  SELECT 1 FROM builds AS newer
  JOIN workflows AS its ON its.id = newer.workflow_id JOIN workflows AS own ON own.id = builds.workflow_id
  WHERE newer.pipeline_id = builds.pipeline_id AND newer.job_name = builds.job_name AND its.name = own.name
    AND newer.build_num > builds.build_num);
