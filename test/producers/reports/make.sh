#!/usr/bin/env bash
# Makes the HTML reports of ten tools in /w/reports/made, and keeps the small ones: README.md says which, and where.
# Needs Node 22, Python 3 with venv, a JDK, and CHROME_BIN.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../../.." && pwd)
mkdir -p /w/reports && cp -r "$here/." /w/reports && cd /w/reports
export CHROME_BIN=${CHROME_BIN:-/usr/bin/chromium} TZ=UTC LC_ALL=C.UTF-8 PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1
unset CI GITHUB_ACTIONS FORCE_COLOR
npm install --no-audit --no-fund --legacy-peer-deps
rm -rf made && mkdir made

npx c8 --reporter=html --all --src src --include 'src/**/*.js' --reports-dir made/coverage --temp-directory v8 node shop.js
npx playwright test || true
mv playwright-report made/playwright-report
TRACE=retain-on-failure npx playwright test || true
mv playwright-report made/playwright-trace
npx vitest run --reporter=html || true
mv .vitest made/vitest
npx mocha --reporter allure-mocha --reporter-options resultsDir=allure-results price.mocha.js || true
npx allure generate allure-results -o made/allure-report
npx mocha --reporter mochawesome --reporter-options reportDir=made/mochawesome-report,reportFilename=index price.mocha.js || true
npx storybook build --disable-telemetry --quiet -o made/storybook-static
npx typedoc --out made/typedoc src/index.ts
python3 -m venv venv && venv/bin/pip install -q pytest==9.2.0 pytest-html==4.2.0
venv/bin/pytest -q --html=made/pytest/index.html --self-contained-html test_price.py || true
javadoc -quiet -d made/javadoc javadoc/Price.java
node node_modules/vite/bin/vite.js preview --outDir made/typedoc --port 8123 --strictPort & server=$!
sleep 3
mkdir -p made/lighthouse
CHROME_PATH=$CHROME_BIN npx lighthouse http://localhost:8123/ --quiet --chrome-flags='--headless=new --no-sandbox' \
  --output html --output-path made/lighthouse/index.html --only-categories=accessibility,seo
kill $server || true

for name in coverage playwright-report; do rm -rf "$repository/scripts/start/reports/$name"; cp -r made/$name "$repository/scripts/start/reports/$name"; done
for name in lighthouse pytest typedoc; do rm -rf "$repository/test/fixtures/reports/$name"; cp -r made/$name "$repository/test/fixtures/reports/$name"; done
