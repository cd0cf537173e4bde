ALTER TABLE `projects` ADD `repository_url` text;--> statement-breakpoint
-- A project's repository may move: what is cached of it names where it was.
DROP TRIGGER project_changed;
--> statement-breakpoint
CREATE TRIGGER project_changed AFTER UPDATE OF slug_key, vcs, org, repo, visibility, default_branch, repository_url ON projects
WHEN OLD.slug_key IS NOT NEW.slug_key OR OLD.vcs IS NOT NEW.vcs OR OLD.org IS NOT NEW.org OR OLD.repo IS NOT NEW.repo
  OR OLD.visibility IS NOT NEW.visibility OR OLD.default_branch IS NOT NEW.default_branch
  OR OLD.repository_url IS NOT NEW.repository_url BEGIN
  INSERT INTO revocations (subject, at) VALUES ('project:' || OLD.id, CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;
