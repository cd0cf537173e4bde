import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { beforeAll, describe, expect, it } from 'vitest'
import { openSharedServer, type SharedServer } from '../support/server/local-server.ts'

// The official client as it is, in both of the protocol's ways: it checks each answer against the protocol's own schemas.
let server: SharedServer
beforeAll(async () => {
  server = await openSharedServer('read')
})

async function connect(token: string | undefined, mode: 'legacy' | { pin: string }): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
  const headers = { Authorization: `Bearer ${token}` }
  await client.connect(new StreamableHTTPClientTransport(new URL(`${server.origin}/mcp`), { requestInit: { headers } }))
  return client
}

/** What a tool answers, and what stands between its marks. */
async function use(client: Client, name: string, args: Record<string, unknown> = {}) {
  const { content } = await client.callTool({ name, arguments: args })
  const [first] = content
  const text = first?.type === 'text' ? first.text : ''
  const [, , data = 'null'] = /<(data-[0-9a-f]{8})>\n(.*)\n<\/\1>$/s.exec(text) ?? []
  return { text, data }
}

describe.each([
  ['with a handshake', 'legacy' as const],
  ['of 2026-07-28', { pin: '2026-07-28' }],
])('the official MCP client %s', (_, mode) => {
  it('knows the server, and lists tools with a schema that it can read', async () => {
    const client = await connect(server.demo.tokens.all, mode)
    expect(client.getServerVersion()).toMatchObject({ name: 'buildpass' })
    expect(client.getInstructions()).toContain('get_branch_status')
    const { tools } = await client.listTools()
    expect(tools.length).toBe(12)
    for (const tool of tools)
      expect(tool).toMatchObject({ inputSchema: { type: 'object' }, description: expect.any(String) })
    await client.close()
  })

  it('walks from a failed run to its failed test and the log of the step that failed', async () => {
    const client = await connect(server.demo.tokens.personal, mode)
    const first = async (name: string, args: Record<string, unknown>) =>
      JSON.parse((await use(client, name, args)).data)[0]
    const run = await first('list_runs', { project: 'gh/acme/web', status: 'failed' })
    expect(run).toMatchObject({ branch: 'main', current_outcome: 'failed' })
    const workflow = await first('list_run_workflows', { run_id: run.id })
    const job = await first('list_workflow_jobs', { workflow_id: workflow.id })
    expect(job).toMatchObject({ name: 'end-to-end', outcome: 'failed' })
    const tests = JSON.parse((await use(client, 'list_job_tests', { job_id: job.id })).data)
    expect(tests.failures).toMatchObject([{ name: 'pays by card' }])
    const logs = await use(client, 'get_job_logs', { job_id: job.id })
    expect(logs.data).toContain('npx playwright test')
    expect(JSON.parse((await use(client, 'get_branch_status', { project: 'gh/acme/web' })).data).status).toBe('passing')
    await client.close()
  })

  it('is told by a Status token that logs are not for it, and by no token that it needs one', async () => {
    const client = await connect(server.demo.tokens.status, mode)
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).not.toContain('get_job_logs')
    const job_id = '00000000-0000-4000-8000-000000000000'
    expect((await use(client, 'get_job_logs', { job_id })).text).toContain(
      'The scope or a limit of this token does not open it',
    )
    await client.close()
    await expect(connect('nonsense', mode)).rejects.toThrow(/Invalid API token|401/)
  })
})
