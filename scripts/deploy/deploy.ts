// npm run deploy -- [--env staging] [--domain builds.example.com] [--reports reports.example.net] [--dry-run]: everything onto Cloudflare, in one command.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseInvocation, refuseInvocation } from '../check/invocation.ts'
import { tellFailure } from '../check/script-error.ts'
import { readNode, readTool, runTool } from '../check/tool.ts'
import { REPOSITORY, WRANGLER_CONFIG } from '../start/local-state.ts'
import { remoteConfigFile } from './cloudflare-resources.ts'
import { DeployError, type DeployHost, deploy, putWorker } from './deploy-steps.ts'
import {
  configFor,
  type Deployment,
  type DeploymentSettings,
  deploymentOf,
  readSettings,
  stepsForReports,
  writeConfig,
  writeSettings,
  zoneOf,
} from './deployment.ts'
import { planFor } from './dry-run.ts'
import { readWranglerToml } from './wrangler.ts'

const PLACEHOLDER_IDS = { databaseId: '(found or made)', namespaceId: '(found or made)' }
const USAGE =
  'npm run deploy -- [--env staging] [--domain builds.example.com] [--reports reports.example.net] [--location <hint>] [--dry-run]'
const READY_TRIES = 20

try {
  await main()
} catch (error) {
  tellFailure(error)
}

async function main(): Promise<void> {
  const { deployment, settings, isDryRun } = chosenDeployment()
  const host: DeployHost = {
    run: (args) => readTool('wrangler', args),
    say: (line) => console.log(line),
    base: readWranglerToml(),
    keepsFiles: !process.env.CI,
  }
  if (isDryRun) return dryRun(host, deployment, settings)
  // Cloudflare's button made the resources and filled in the ids of this fork's wrangler.toml.
  const isFromButton = process.env.WORKERS_CI && remoteConfigFile() === WRANGLER_CONFIG
  const deployed = isFromButton
    ? await putWorker(host, deployment, WRANGLER_CONFIG, host.base)
    : await deploy(host, deployment, settings)
  const address = settings.domain ? `https://${settings.domain}` : deployed.address
  console.log(
    `\nBuildpass is at ${address ?? '(no address: give it a custom domain)'}${deployed.versionId ? `, version ${deployed.versionId}` : ''}`,
  )
  if (settings.reports) await tellReports(settings.reports, settings.domain)
  if (address) await tellReadiness(address)
  if (deployed.isEmpty) await letSomebodyIn(deployment, address)
}

function chosenDeployment(): { deployment: Deployment; settings: DeploymentSettings; isDryRun: boolean } {
  const { values } = parseInvocation(USAGE, {
    env: { type: 'string' },
    domain: { type: 'string' },
    reports: { type: 'string' },
    location: { type: 'string' },
    'dry-run': { type: 'boolean' },
  })
  const deployment = deploymentOf()
  if (!deployment) throw new DeployError('BUILDPASS_ENV is no name of an environment.')
  const { domain, reports, location, 'dry-run': isDryRun = false } = values
  if (domain !== undefined && !/^(?:[a-z0-9-]+\.)+[a-z]{2,}$/.test(domain))
    refuseInvocation(USAGE, '--domain is a host name like builds.example.com, of a zone in your account.')
  if (reports !== undefined && !/^(?:[a-z0-9-]+\.)+[a-z]{2,}$/.test(reports))
    refuseInvocation(USAGE, '--reports is a host name like reports.example.net, below which each report has a host.')
  const before = readSettings(deployment)
  const settings = {
    ...before,
    ...(domain ? { domain } : {}),
    ...(reports ? { reports } : {}),
    ...(location ? { location } : {}),
  }
  if (settings.reports && settings.domain?.endsWith(`.${settings.reports}`))
    refuseInvocation(USAGE, '--reports is a domain of its own: --domain must not be below it.')
  // What was said once holds for the next deploy too: a forgotten --domain must not take the domain away.
  if (!isDryRun && JSON.stringify(settings) !== JSON.stringify(before)) {
    writeSettings(deployment, settings)
    console.log(`Remembered in ${deployment.settingsFile}: commit it.`)
  }
  return { deployment, settings, isDryRun }
}

/** Says what would be done, and builds the Worker with the configuration that would be used. Asks no account. */
async function dryRun(host: DeployHost, deployment: Deployment, settings: DeploymentSettings): Promise<void> {
  const config = configFor(host.base, deployment, PLACEHOLDER_IDS, settings)
  console.log(planFor(deployment, settings, host.base))
  const preview = { ...deployment, configFile: deployment.configFile.replace(/\.json$/, '.dry-run.json') }
  writeConfig(preview, config)
  const args = ['deploy', '--dry-run', '--config', preview.configFile]
  if ((await runTool('wrangler', args)) !== 0) throw new DeployError('The Worker could not be read.')
  console.log('\nNothing was changed.')
}

/** Whether reports have their hosts, and what is missing where they do not answer. */
async function tellReports(reports: string, domain: string | undefined): Promise<void> {
  const host = `${'a'.repeat(26)}.${reports}`
  const answer = await fetch(`https://${host}/`, { redirect: 'manual' }).catch(() => null)
  // Nobody has a right there.
  if (answer?.status === 403) console.log(`Reports are on hosts below ${reports}.`)
  else
    console.log(
      `Reports are to be on hosts below ${reports}, but ${host} does not answer yet. It needs:\n${stepsForReports(
        reports,
      )
        .map((step) => `  ${step}`)
        .join('\n')}`,
    )
  if (domain && zoneOf(domain) === zoneOf(reports))
    console.log(
      `${reports} and ${domain} are one site: a report can set cookies for ${zoneOf(domain)}, which Buildpass does not read, but which count against the browser's limits. A domain of its own is better.`,
    )
}

/** A new address may take a while; that it does not answer yet is no failed deploy. */
async function tellReadiness(address: string): Promise<void> {
  for (let attempt = 0; attempt < READY_TRIES; attempt++) {
    const response = await fetch(`${address}/readyz`).catch(() => null)
    if (response?.ok) return console.log(`It is ready: ${(await response.text()).trim()}`)
    await sleep(3_000)
  }
  console.log(`${address}/readyz does not answer yet; a new domain's certificate can take some minutes.`)
}

async function letSomebodyIn(deployment: Deployment, address: string | null): Promise<void> {
  const option = deployment.environment === 'production' ? '' : ` --env ${deployment.environment}`
  const { scripts } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'))
  const hasLinks = 'sign-in-link' in scripts && existsSync(join(REPOSITORY, 'scripts/start/sign-in-link.ts'))
  if (!hasLinks) {
    console.log(
      `\nNobody is there yet. Make the first person, an owner, with a first token:\n  npm run create-user -- <login> --remote${option}`,
    )
    return
  }
  const login = process.env.USER && /^[a-z0-9][a-z0-9-]*$/i.test(process.env.USER) ? process.env.USER : 'owner'
  console.log('\nNobody is there yet. The first to sign in becomes an owner:')
  process.env.BUILDPASS_ENV = deployment.environment
  if (address) process.env.PUBLIC_ORIGIN = address
  const { exitCode, stdout, stderr } = await readNode(['scripts/start/sign-in-link.ts', login, '--remote'])
  console.log(
    exitCode === 0
      ? `${stderr}${stdout}`
      : `The link could not be made; try "npm run sign-in-link -- ${login} --remote":\n${stderr}`,
  )
}
