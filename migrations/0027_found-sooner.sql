DROP INDEX `listeners_failing`;--> statement-breakpoint
DROP INDEX `test_reports_failed`;--> statement-breakpoint
CREATE INDEX `test_reports_failing` ON `test_reports` (`project_id`,`created_at`) WHERE failed + errored + flaky > 0;--> statement-breakpoint
ALTER TABLE `builds` ADD `kept` integer DEFAULT false NOT NULL;--> statement-breakpoint
-- As many builds of each project as latest artifacts were searched in before.
UPDATE builds SET kept = 1 WHERE id IN (
  SELECT b.id FROM projects AS p CROSS JOIN builds AS b ON b.project_id = p.id AND b.build_num > p.last_build_num - 5000
  WHERE EXISTS (SELECT 1 FROM artifacts AS a WHERE a.build_id = b.id) OR EXISTS (SELECT 1 FROM packs AS k WHERE k.build_id = b.id));--> statement-breakpoint
CREATE INDEX `builds_kept` ON `builds` (`project_id`,`build_num`) WHERE kept = 1;--> statement-breakpoint
CREATE INDEX `builds_job_kept` ON `builds` (`project_id`,`job_name`,`build_num`) WHERE kept = 1;--> statement-breakpoint
CREATE INDEX `workflows_name` ON `workflows` (`project_id`,`name`,`created_at`);
--> statement-breakpoint
CREATE TRIGGER artifacts_kept AFTER INSERT ON artifacts BEGIN
  UPDATE builds SET kept = 1 WHERE id = NEW.build_id AND kept = 0;
END;
--> statement-breakpoint
CREATE TRIGGER packs_kept AFTER INSERT ON packs BEGIN
  UPDATE builds SET kept = 1 WHERE id = NEW.build_id AND kept = 0;
END;
--> statement-breakpoint
-- Flaky failures of a day: that of the report, and those of all that failed of its job on its revision. Rare changes end all of the project.
CREATE TRIGGER sums_test_report_insert AFTER INSERT ON test_reports
WHEN EXISTS (SELECT 1 FROM sums WHERE project_id = NEW.project_id AND kind = 'flaky') BEGIN
  DELETE FROM sums WHERE project_id = NEW.project_id AND kind = 'flaky' AND since = NEW.created_at - NEW.created_at % 86400000;
  DELETE FROM sums WHERE project_id = NEW.project_id AND kind = 'flaky' AND since IN (
    SELECT r.created_at - r.created_at % 86400000 FROM builds AS own
    CROSS JOIN pipelines AS its ON its.id = own.pipeline_id AND its.revision <> 'HEAD'
    CROSS JOIN pipelines AS p ON p.id IN (
      SELECT x.id FROM pipelines AS x WHERE x.project_id = its.project_id AND x.revision = its.revision LIMIT 51)
    CROSS JOIN builds AS b ON b.pipeline_id = p.id AND b.job_name = own.job_name
    CROSS JOIN test_reports AS r ON r.build_id = b.id AND r.failed + r.errored > 0
    WHERE own.id = NEW.build_id);
  -- What is built over and over on one commit is not gone through with each report.
  DELETE FROM sums WHERE project_id = NEW.project_id AND kind = 'flaky' AND EXISTS (
    SELECT 1 FROM builds AS own CROSS JOIN pipelines AS its ON its.id = own.pipeline_id AND its.revision <> 'HEAD'
    WHERE own.id = NEW.build_id AND 50 < (SELECT count(*) FROM (
      SELECT 1 FROM pipelines AS x WHERE x.project_id = its.project_id AND x.revision = its.revision LIMIT 51)));
END;
--> statement-breakpoint
CREATE TRIGGER sums_test_report_update AFTER UPDATE ON test_reports BEGIN
  DELETE FROM sums WHERE project_id = NEW.project_id AND kind = 'flaky';
END;
--> statement-breakpoint
CREATE TRIGGER sums_test_report_delete AFTER DELETE ON test_reports BEGIN
  DELETE FROM sums WHERE project_id = OLD.project_id AND kind = 'flaky';
END;
--> statement-breakpoint
CREATE TRIGGER sums_test_name_delete AFTER DELETE ON test_names BEGIN
  DELETE FROM sums WHERE project_id = OLD.project_id AND kind = 'flaky';
END;
--> statement-breakpoint
CREATE TRIGGER sums_test_name_update AFTER UPDATE OF classname, name, file ON test_names BEGIN
  DELETE FROM sums WHERE project_id = NEW.project_id AND kind = 'flaky';
END;
--> statement-breakpoint
CREATE TRIGGER sums_revision_changed AFTER UPDATE OF revision, number ON pipelines
WHEN OLD.revision <> NEW.revision OR OLD.number <> NEW.number BEGIN
  DELETE FROM sums WHERE project_id = NEW.project_id AND kind = 'flaky';
END;
--> statement-breakpoint
CREATE TRIGGER sums_flaky_build_moved AFTER UPDATE OF pipeline_id, workflow_id, job_name ON builds
WHEN OLD.pipeline_id <> NEW.pipeline_id OR OLD.workflow_id <> NEW.workflow_id OR OLD.job_name <> NEW.job_name BEGIN
  DELETE FROM sums WHERE project_id = NEW.project_id AND kind = 'flaky';
END;
--> statement-breakpoint
CREATE TRIGGER sums_flaky_workflow_changed AFTER UPDATE OF name, created_at, pipeline_id ON workflows
WHEN OLD.name <> NEW.name OR OLD.created_at <> NEW.created_at OR OLD.pipeline_id <> NEW.pipeline_id BEGIN
  DELETE FROM sums WHERE project_id = NEW.project_id AND kind = 'flaky';
END;
--> statement-breakpoint
CREATE TRIGGER sums_flaky_build_delete AFTER DELETE ON builds BEGIN
  DELETE FROM sums WHERE project_id = OLD.project_id AND kind = 'flaky';
END;
