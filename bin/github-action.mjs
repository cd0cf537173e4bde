#!/usr/bin/env node
// Made by "npm run build:cli" from cli/: edit that.
import { createRequire as makeRequire } from 'node:module'
const require = makeRequire(import.meta.url)

// cli/github-action.ts
import { spawn } from "node:child_process";
import { join } from "node:path";
var input = (name) => process.env[`INPUT_${name.toUpperCase()}`]?.trim() ?? "";
var linesOf = (text) => text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
var env = { ...process.env, BUILDPASS_URL: input("url") || process.env.BUILDPASS_URL };
if (input("token")) {
  env.BUILDPASS_TOKEN = input("token");
  process.stdout.write(`::add-mask::${input("token")}
`);
}
if (input("project")) env.BUILDPASS_PROJECT = input("project");
env.BUILDPASS_JOB = input("job") || env.BUILDPASS_JOB || matrixJobName();
var child = spawn(process.execPath, [join(import.meta.dirname, "buildpass.mjs"), ...verb()], {
  stdio: "inherit",
  env
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.once("close", (code, signal) => {
  process.exitCode = signal ? 1 : code ?? 1;
});
function verb() {
  const tests = linesOf(input("tests"));
  const artifacts = linesOf(input("artifacts"));
  const strict = input("strict") === "true" ? ["--strict"] : [];
  if (input("run"))
    return [
      "run",
      ...strict,
      ...tests.length > 0 ? ["--tests", ...tests] : [],
      ...artifacts.length > 0 ? ["--artifacts", ...artifacts] : [],
      "--",
      ...shell(input("run"))
    ];
  if (input("status"))
    return ["report", "finish", "--status", input("status"), ...tests.length > 0 ? ["--tests", ...tests] : []];
  if (artifacts.length > 0) return ["upload", ...artifacts];
  return ["report", "start"];
}
function shell(script) {
  return process.platform === "win32" ? ["pwsh", "-NoProfile", "-Command", `$ErrorActionPreference = 'stop'
${script}`] : ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script];
}
function matrixJobName() {
  const matrix = JSON.parse(input("matrix") || "null");
  const values = typeof matrix === "object" && matrix !== null ? Object.values(matrix) : [];
  const shown = values.map((value) => typeof value === "object" ? JSON.stringify(value) : String(value));
  return shown.length > 0 ? `${process.env.GITHUB_JOB} (${shown.join(", ")})` : void 0;
}
