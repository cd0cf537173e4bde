-- Without rowids by hand, so that a sum is one row written, and not its index beside it.
CREATE TABLE `sums` (
	`project_id` text NOT NULL,
	`kind` text NOT NULL,
	`since` integer NOT NULL,
	`branch` text NOT NULL,
	`format` integer NOT NULL,
	`value` text,
	`maker` text,
	PRIMARY KEY(`project_id`, `kind`, `since`, `branch`),
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `test_reports_failed` ON `test_reports` (`project_id`,`created_at`) WHERE failed + errored > 0;
--> statement-breakpoint
-- A sum ends with the first change of what it was made of, whichever statement changes that: a cascade too.
CREATE TRIGGER sums_pipeline_insert AFTER INSERT ON pipelines BEGIN
  DELETE FROM sums WHERE project_id = NEW.project_id AND kind IN ('default', 'branches') AND since = 0 AND branch = '';
END;
--> statement-breakpoint
CREATE TRIGGER sums_pipeline_update AFTER UPDATE ON pipelines BEGIN
  DELETE FROM sums WHERE project_id = NEW.project_id AND kind IN ('default', 'branches') AND since = 0 AND branch = '';
END;
--> statement-breakpoint
CREATE TRIGGER sums_pipeline_delete AFTER DELETE ON pipelines BEGIN
  DELETE FROM sums WHERE project_id = OLD.project_id AND kind IN ('default', 'branches') AND since = 0 AND branch = '';
END;
--> statement-breakpoint
CREATE TRIGGER sums_workflow_insert AFTER INSERT ON workflows BEGIN
  DELETE FROM sums WHERE project_id = NEW.project_id AND kind IN ('default', 'branches') AND since = 0 AND branch = '';
  DELETE FROM sums WHERE project_id = NEW.project_id AND kind = 'hour' AND since = NEW.created_at - NEW.created_at % 3600000;
  DELETE FROM sums WHERE project_id = NEW.project_id AND kind = 'day' AND since = NEW.created_at - NEW.created_at % 86400000;
END;
--> statement-breakpoint
CREATE TRIGGER sums_workflow_update AFTER UPDATE ON workflows BEGIN
  DELETE FROM sums WHERE project_id = NEW.project_id AND kind IN ('default', 'branches') AND since = 0 AND branch = '';
  DELETE FROM sums WHERE project_id = NEW.project_id AND kind = 'hour' AND since = NEW.created_at - NEW.created_at % 3600000;
  DELETE FROM sums WHERE project_id = NEW.project_id AND kind = 'day' AND since = NEW.created_at - NEW.created_at % 86400000;
END;
--> statement-breakpoint
CREATE TRIGGER sums_workflow_delete AFTER DELETE ON workflows BEGIN
  DELETE FROM sums WHERE project_id = OLD.project_id AND kind IN ('default', 'branches') AND since = 0 AND branch = '';
  DELETE FROM sums WHERE project_id = OLD.project_id AND kind = 'hour' AND since = OLD.created_at - OLD.created_at % 3600000;
  DELETE FROM sums WHERE project_id = OLD.project_id AND kind = 'day' AND since = OLD.created_at - OLD.created_at % 86400000;
END;
--> statement-breakpoint
CREATE TRIGGER sums_build_insert AFTER INSERT ON builds BEGIN
  DELETE FROM sums WHERE project_id = NEW.project_id AND kind IN ('default', 'branches') AND since = 0 AND branch = '';
  DELETE FROM sums WHERE project_id = NEW.project_id AND kind = 'hour'
    AND since IN (SELECT created_at - created_at % 3600000 FROM workflows WHERE id = NEW.workflow_id);
  DELETE FROM sums WHERE project_id = NEW.project_id AND kind = 'day'
    AND since IN (SELECT created_at - created_at % 86400000 FROM workflows WHERE id = NEW.workflow_id);
END;
--> statement-breakpoint
CREATE TRIGGER sums_build_update AFTER UPDATE ON builds BEGIN
  DELETE FROM sums WHERE project_id = NEW.project_id AND kind IN ('default', 'branches') AND since = 0 AND branch = '';
  DELETE FROM sums WHERE project_id = NEW.project_id AND kind = 'hour'
    AND since IN (SELECT created_at - created_at % 3600000 FROM workflows WHERE id = NEW.workflow_id);
  DELETE FROM sums WHERE project_id = NEW.project_id AND kind = 'day'
    AND since IN (SELECT created_at - created_at % 86400000 FROM workflows WHERE id = NEW.workflow_id);
END;
--> statement-breakpoint
CREATE TRIGGER sums_build_delete AFTER DELETE ON builds BEGIN
  DELETE FROM sums WHERE project_id = OLD.project_id AND kind IN ('default', 'branches') AND since = 0 AND branch = '';
  DELETE FROM sums WHERE project_id = OLD.project_id AND kind = 'hour'
    AND since IN (SELECT created_at - created_at % 3600000 FROM workflows WHERE id = OLD.workflow_id);
  DELETE FROM sums WHERE project_id = OLD.project_id AND kind = 'day'
    AND since IN (SELECT created_at - created_at % 86400000 FROM workflows WHERE id = OLD.workflow_id);
END;
--> statement-breakpoint
CREATE TRIGGER sums_build_moved AFTER UPDATE OF workflow_id ON builds WHEN OLD.workflow_id <> NEW.workflow_id BEGIN
  DELETE FROM sums WHERE project_id = OLD.project_id AND kind = 'hour'
    AND since IN (SELECT created_at - created_at % 3600000 FROM workflows WHERE id = OLD.workflow_id);
  DELETE FROM sums WHERE project_id = OLD.project_id AND kind = 'day'
    AND since IN (SELECT created_at - created_at % 86400000 FROM workflows WHERE id = OLD.workflow_id);
END;
--> statement-breakpoint
CREATE TRIGGER sums_branch_changed AFTER UPDATE OF branch ON pipelines WHEN OLD.branch IS NOT NEW.branch BEGIN
  DELETE FROM sums WHERE project_id = NEW.project_id AND kind = 'hour'
    AND since IN (SELECT created_at - created_at % 3600000 FROM workflows WHERE pipeline_id = NEW.id);
  DELETE FROM sums WHERE project_id = NEW.project_id AND kind = 'day'
    AND since IN (SELECT created_at - created_at % 86400000 FROM workflows WHERE pipeline_id = NEW.id);
END;
--> statement-breakpoint
CREATE TRIGGER sums_default_branch AFTER UPDATE OF default_branch ON projects WHEN OLD.default_branch IS NOT NEW.default_branch BEGIN
  DELETE FROM sums WHERE project_id = NEW.id AND kind = 'default' AND since = 0 AND branch = '';
END;
