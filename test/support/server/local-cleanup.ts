import { afterAll } from 'vitest'
import { watchFetch } from '../api/documented-fetch.ts'
import { cleanUpLocalServers } from './local-server.ts'
import { cleanUpWorkerProcesses } from './worker-process.ts'

watchFetch()

// A test that failed before it stopped its server leaves nothing behind either.
afterAll(() => {
  cleanUpWorkerProcesses()
  return cleanUpLocalServers()
})
