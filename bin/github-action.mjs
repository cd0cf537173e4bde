#!/usr/bin/env node
// Made by "npm run build:cli" from cli/: edit that.
import { createRequire as makeRequire } from 'node:module'
const require = makeRequire(import.meta.url)

// cli/ci/github-action.ts
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

// cli/terminal/exit.ts
var EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  not_found: 4,
  conflict: 5,
  unreachable: 6,
  corrupt: 7,
  not_green: 8,
  left_out: 9
};
var CliError = class extends Error {
  failure;
  /** What to do about it. */
  hint;
  /** The HTTP status, where a server's answer was the reason. */
  status;
  /** Why the server refused, by its word for programs; null where it gave none, as older ones do, or one that is not known. */
  code;
  /** The server's reasons for each refused field. */
  problems;
  constructor(failure, message, more = {}) {
    super(message, { cause: more.cause });
    this.failure = failure;
    this.hint = more.hint ?? null;
    this.status = more.status ?? null;
    this.code = more.code ?? null;
    this.problems = more.problems ?? [];
  }
};

// cli/terminal/interrupt.ts
import { constants } from "node:os";
function exitCodeOfSignal(signal) {
  return 128 + (constants.signals[signal] ?? 1);
}

// cli/terminal/say.ts
import { fstatSync, statSync, writeSync } from "node:fs";

// src/domain/formats/word-table.ts
function wordTable(rows) {
  return new Map(Object.entries(rows));
}

// cli/terminal/system-error.ts
var HINTS = wordTable({
  EACCES: "Run as a user who may, or change its mode.",
  EPERM: "Run as a user who may, or change its mode.",
  EROFS: "Choose a place that can be written to.",
  ENOSPC: "Make room, and run the same command again.",
  EDQUOT: "Make room, and run the same command again.",
  EFBIG: "Raise the limit (ulimit -f), or choose another place: this one takes no file of that size.",
  EMFILE: "Raise the limit (ulimit -n); a transfer needs fewer with a lower --parallel.",
  ENFILE: "The whole system has too many files open: try again later.",
  ENOMEM: "Try again when there is more memory; a transfer needs less with a lower --parallel.",
  ENOENT: "Was it removed meanwhile? Name what is there.",
  ENOTDIR: "A file is where a folder should be: choose another place.",
  EISDIR: "A folder is where a file should be: choose another place.",
  EEXIST: "Something else is there: choose another place.",
  ENAMETOOLONG: "The file system takes no name of that length: choose a shorter one, or another place.",
  ELOOP: "Its links lead in a circle: mend them.",
  EBUSY: "Something else uses it: try again later.",
  ETXTBSY: "It is a program that runs: try again later.",
  EIO: "Is the disk, or the network that it is on, in order?",
  ESTALE: "Is the disk, or the network that it is on, in order?",
  EPIPE: "Whoever should read it is gone.",
  EAGAIN: "The system is short of something: try again later."
});
function isSystemError(error) {
  return error instanceof Error && "syscall" in error && "code" in error;
}
function systemFailure(error, path) {
  if (!isSystemError(error)) return error;
  const where = path ?? error.path ?? (error.syscall === "uv_cwd" ? "the current folder" : error.syscall);
  return new CliError("failed", `${where}: ${systemWords(error)}`, { hint: HINTS.get(error.code ?? ""), cause: error });
}
function systemWords({ code, message }) {
  const [, words] = /^[A-Z0-9]+: (.+?)(, |$)/.exec(message) ?? [];
  return words ? `${words} (${code})` : message;
}

// cli/terminal/say.ts
function say(where, text) {
  try {
    writeAll(where === "stdout" ? 1 : 2, text);
  } catch (error) {
    if (where === "stdout" && !isUnread(error)) throw systemFailure(error, "standard output");
  }
}
function writeAll(fd, text) {
  let left = typeof text === "string" ? Buffer.from(text) : text;
  while (left.byteLength > 0) {
    try {
      left = left.subarray(writeSync(fd, left));
    } catch (error) {
      if (!isFull(error)) throw error;
      Atomics.wait(PAUSE, 0, 0, 10);
    }
  }
}
var PAUSE = new Int32Array(new SharedArrayBuffer(4));
function isFull(error) {
  return error.code === "EAGAIN";
}
function isUnread(error) {
  return error.code === "EPIPE";
}

// cli/ci/github-action.ts
var SIGNALLED = 128;
var input = (name) => process.env[`INPUT_${name.toUpperCase()}`]?.trim() ?? "";
var linesOf = (text) => text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
var env = { ...process.env, BUILDPASS_URL: input("url") || process.env.BUILDPASS_URL };
if (input("token")) {
  env.BUILDPASS_TOKEN = input("token");
  say("stdout", `::add-mask::${input("token")}
`);
}
if (input("project")) env.BUILDPASS_PROJECT = input("project");
env.BUILDPASS_JOB = input("job") || env.BUILDPASS_JOB || matrixJobName();
var child;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"]) process.on(signal, () => child.kill(signal));
var exitCode = 0;
for (const verb of verbs()) {
  child = spawn(process.execPath, [join(import.meta.dirname, "buildpass.mjs"), ...verb], { stdio: "inherit", env });
  const [code, signal] = await once(child, "close");
  const ended = signal ? exitCodeOfSignal(signal) : code ?? 1;
  exitCode ||= ended;
  if (ended > SIGNALLED) break;
}
process.exitCode = exitCode;
function verbs() {
  const tests = linesOf(input("tests"));
  const artifacts = linesOf(input("artifacts"));
  const strict = booleanInput("strict") ? ["--strict"] : [];
  const quarantine = booleanInput("quarantine") ? ["--quarantine"] : [];
  const timeout = input("report-timeout") ? ["--report-timeout", input("report-timeout")] : [];
  const withTests = tests.length > 0 ? ["--tests", ...tests] : [];
  const maskEnv = linesOf(input("mask-env")).flatMap((name) => ["--mask-env", name]);
  const log = [...booleanInput("log", true) ? [] : ["--no-log"], ...maskEnv];
  const stepName = input("step");
  if (stepName) {
    if (!input("run")) refuse('the input "step" needs "run": what the step runs.');
    if (tests.length + artifacts.length + quarantine.length > 0 || input("status"))
      refuse(
        'with "step" go no "tests", "artifacts", "quarantine" and "status": those are for the last step of the job.'
      );
    return [["step", ...strict, ...timeout, ...log, stepName, "--", ...shell(input("run"))]];
  }
  if (input("run") && input("status")) refuse('the inputs "run" and "status" do not go together: a run has its own.');
  if (input("run")) {
    const withArtifacts = artifacts.length > 0 ? ["--artifacts", ...artifacts] : [];
    const options = [...strict, ...quarantine, ...timeout, ...log, ...withTests, ...withArtifacts];
    return [["run", ...options, "--", ...shell(input("run"))]];
  }
  if (quarantine.length > 0) refuse('the input "quarantine" needs "run": it says how that ends.');
  if (tests.length > 0 && !input("status"))
    refuse('the input "tests" needs "run" or "status": test reports are sent with the end of a build.');
  const upload = artifacts.length > 0 ? [["upload", ...strict, ...artifacts]] : [];
  if (input("status")) return [...upload, ["report", "finish", ...strict, "--status", input("status"), ...withTests]];
  return upload.length > 0 ? upload : [["report", "start"]];
}
function refuse(problem) {
  say("stderr", `buildpass: ${problem}
`);
  process.exit(EXIT.usage);
}
function booleanInput(name, byDefault = false) {
  const text = input(name) || String(byDefault);
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  refuse(`the input "${name}" must be true or false, not "${text}".`);
  return false;
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
