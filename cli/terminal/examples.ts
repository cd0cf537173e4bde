import { wordTable } from '../../src/domain/formats/word-table.ts'

/** What a verb's help shows at its end. */
export const EXAMPLES = wordTable<readonly string[]>({
  '': [
    'buildpass run -- make test',
    'buildpass run --tests reports/*.xml --artifacts dist -- npm test',
    'buildpass download release/app.tar --branch main',
    'buildpass status --exit-status && ./deploy',
  ],
  run: [
    'buildpass run -- make test',
    'buildpass run --job "test (node 22)" --tests "reports/**/*.xml" --artifacts dist coverage -- npm test',
    'buildpass run --quarantine --tests "reports/*.xml" -- npm test',
    'buildpass run --branch main --revision "$(git rev-parse HEAD)" --id "nightly-$(date +%F)" -- ./nightly.sh',
  ],
  step: [
    'buildpass step lint -- make lint',
    'buildpass report start && buildpass step build -- make && buildpass step test -- make test',
  ],
  'report start': ['buildpass report start'],
  'report finish': [
    'buildpass report finish --status success',
    'make test; buildpass report finish --exit-code $? --tests "reports/*.xml"',
    'buildpass report finish --build 42 --status canceled',
  ],
  upload: [
    'buildpass upload dist',
    'buildpass upload "dist/**/*.tar.gz" --root dist --prefix release',
    'buildpass upload big.iso --build 42 --overwrite',
  ],
  download: [
    'buildpass download',
    'buildpass download release/app.tar --branch main --to /tmp',
    'buildpass download "**/*.xml" --build 42 --flat --to reports',
  ],
  status: ['buildpass status', 'buildpass status --project gh/acme/web --branch release --exit-status'],
  tests: [
    'buildpass tests',
    'buildpass tests --build 42 --failed',
    'buildpass tests --branch main --json | jq .summary',
  ],
  'tests mute': ['buildpass tests mute 17 --reason "times out, see #12" --until 14d'],
  'tests unmute': ['buildpass tests unmute 17'],
  'tests muted': ['buildpass tests muted'],
  share: [
    'buildpass share dist/app.zip --build 42',
    'buildpass share dist/app.zip --latest --branch release --expires 30d --uses 10 --label "for the auditors"',
    'buildpass share coverage --report --build 42',
  ],
  'share list': ['buildpass share list', 'buildpass share list --json'],
  'share end': ['buildpass share end 0b7c…'],
  'token create': [
    'buildpass token create --project gh/acme/web --label "README badge" --scope status --only badges',
    'buildpass token create --personal --label laptop --expires 90d',
    'buildpass token create --personal --label monitor --access read --cidr 192.0.2.0/24',
  ],
  'token list': ['buildpass token list --project gh/acme/web', 'buildpass token list --personal --json'],
  'token rotate': ['buildpass token rotate 0b7c… --project gh/acme/web --overlap 7d'],
  'token delete': [
    'buildpass token delete 0b7c… --project gh/acme/web',
    'buildpass token delete - --personal < found-secret.txt',
  ],
  login: ['buildpass login --url https://builds.example.com', 'pass show buildpass | buildpass login'],
})
