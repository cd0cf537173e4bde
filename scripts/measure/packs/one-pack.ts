// Sends all files of the current folder as one pack, however large it is.
import { findFiles } from '../../../cli/files/find-files.ts'
import { uploadPack } from '../../../cli/packs/upload-pack.ts'
import { openPool } from '../../../cli/pool.ts'
import { openServer } from '../../../cli/server/open-server.ts'
import { abortOnSignals } from '../../../cli/terminal/interrupt.ts'
import { openOutput } from '../../../cli/terminal/output.ts'
import { startProgress } from '../../../cli/terminal/progress.ts'
import { reportJob } from '../../../cli/terminal/report.ts'

const output = openOutput({ quiet: true })
const { server, job } = await openServer({ id: 'one-pack' }, output, abortOnSignals())
const { build_num } = await reportJob(server, job, { status: 'running' })
const { files } = await findFiles(['.'], { root: '.', prefix: '' })
const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0)
const options = { num: build_num, nodeIndex: 0, overwrite: false, pool: openPool(4) }
const sent = await uploadPack(server, { name: 'all', files, sizeBytes }, options, startProgress(output))
if (sent.kind !== 'sent' || sent.pack?.files !== files.length) throw new Error(JSON.stringify(sent))
