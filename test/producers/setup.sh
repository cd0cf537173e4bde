#!/usr/bin/env bash
# Installs what run.sh needs, on Debian, as root.
set -euo pipefail
cd "$(dirname "$0")/../.."
xargs apt-get install -y --no-install-recommends < test/producers/packages.txt
mkdir -p /w/src && cp test/producers/package*.json /w/src && (cd /w/src && npm ci --ignore-scripts --legacy-peer-deps)
python3 -m venv /w/venv && /w/venv/bin/pip install -r test/producers/requirements.txt
GOBIN=/w/gobin go install gotest.tools/gotestsum@v1.13.0
GOBIN=/w/gobin go install github.com/jstemmer/go-junit-report/v2@v2.1.0
cargo install cargo-nextest --locked
mvn dependency:copy -Dartifact=org.junit.platform:junit-platform-console-standalone:1.14.4 -DoutputDirectory=/w/jars
