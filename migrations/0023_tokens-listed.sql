CREATE INDEX `tokens_listed` ON `tokens` (`created_at`,`id`) WHERE kind <> 'reporting';
