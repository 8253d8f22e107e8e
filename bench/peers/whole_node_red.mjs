// The whole lead in Node-RED: a flow that does what the bench's flow does, and keeps nothing but counts in memory.
//
//     LEADFLOW_PEERS=.../package.json node whole_node_red.mjs BUYERS.json PORT-OF-THE-BUYERS FOLDER       serves; prints its address first
//
// Nodes: http in, a function that checks and judges, a function that makes the next buyer's request (or ends), the
// http request, a function that reads its answer, http response.

import { createRequire } from 'node:module'
import { createServer } from 'node:http'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const require = createRequire(process.env.LEADFLOW_PEERS)
const express = require('express')
const RED = require('node-red')
const [buyersFile, port, folder] = process.argv.slice(2)

const JUDGE = `
const lead = msg.payload
const text = ['ref', 'first_name', 'last_name', 'email', 'phone', 'zip', 'state']
const numbers = ['age', 'bill', 'credit']
if (text.some(name => typeof lead[name] !== 'string' || !lead[name]) || numbers.some(name => typeof lead[name] !== 'number')) {
  msg.statusCode = 422
  msg.payload = { outcome: 'refused', reason: 'fields' }
  return [null, msg]
}
const seen = context.get('seen')
const now = Date.now()
if (seen.has(lead.email) && now - seen.get(lead.email) < 30 * 86400e3) {
  msg.payload = { outcome: 'refused', reason: 'duplicate' }
  return [null, msg]
}
seen.set(lead.email, now)
const filters = [
  [lead.state === 'NY' && lead.age < 21, 'too young for New York'], [lead.bill < 20, 'bill too small'],
  [lead.age < 18, 'a minor'], [lead.credit < 310, 'no credit'], [lead.bill > 100000, 'no such bill'],
  [lead.age > 110, 'no such age'], [lead.homeowner && lead.age < 19, 'too young to own']
]
const failed = filters.find(each => each[0])
if (failed) {
  msg.payload = { outcome: 'refused', reason: failed[1] }
  return [null, msg]
}
msg.scores = {
  quality: 50 + (lead.credit >= 700 ? 20 : 0) + (lead.bill >= 250 ? 10 : 0),
  value: 10 + (lead.homeowner ? 5 : 0) + (lead.age >= 40 ? 5 : 0),
  risk: (lead.credit < 560 ? 40 : 0) + (lead.age < 25 ? 10 : 0)
}
msg.reasons = {}
msg.eligible = []
for (const buyer of context.get('buyers')) {
  let why
  if (!buyer.states.includes(lead.state)) why = 'state not bought'
  else if (lead.age < buyer.ages[0] || lead.age > buyer.ages[1]) why = 'age out of range'
  else if (lead.bill < buyer.bill) why = 'bill too small'
  else if (lead.credit < buyer.credit) why = 'credit too low'
  else if (buyer.owner && !lead.homeowner) why = 'owners only'
  if (why) msg.reasons[buyer.name] = why
  else msg.eligible.push(buyer)
}
msg.lead = lead
msg.id = msg._msgid
return [msg, null]
`
const JUDGE_STARTS = `
context.set('seen', new Map())
context.set('buyers', global.get('buyers'))
`
const NEXT = `
const counts = context.get('counts')
const bought = flow.get('bought')
const day = new Date().toISOString().slice(0, 10)
for (;;) {
  const buyer = msg.eligible.shift()
  if (!buyer) {
    msg.payload = { outcome: 'unsold', lead: { id: msg.id } }
    return [null, msg]
  }
  const cap = buyer.name + day
  const used = counts.get(cap) || 0
  if (used >= 1000000 || bought.has(buyer.name + msg.lead.email)) continue
  counts.set(cap, used + 1)
  msg.buyer = buyer
  msg.url = global.get('url') + buyer.name
  msg.method = 'POST'
  msg.headers = { 'Content-Type': 'application/json', 'Idempotency-Key': msg.id + '/' + buyer.name }
  const { ref, first_name, last_name, email, phone, zip, state, age, bill, credit, homeowner } = msg.lead
  msg.payload = { ref, first_name, last_name, email, phone: '+1' + phone, zip, state, age, bill, credit, homeowner }
  return [msg, null]
}
`
const READ = `
if (msg.statusCode === 200 && msg.payload && msg.payload.ok) {
  flow.get('bought').add(msg.buyer.name + msg.lead.email)
  msg.payload = { outcome: 'sold', lead: { id: msg.id } }
  msg.headers = {}
  return [null, msg]
}
return [msg, null]
`
const at = (id, type, rest) => ({ id, type, z: 'tab', x: 0, y: 0, name: id, ...rest })
const flow = [
  { id: 'tab', type: 'tab', label: 'whole' },
  at('in', 'http in', { url: '/submit', method: 'post', wires: [['judge']] }),
  at('judge', 'function', { func: JUDGE, initialize: JUDGE_STARTS, outputs: 2, wires: [['next'], ['out']] }),
  at('next', 'function', {
    func: NEXT,
    initialize: "context.set('counts', new Map())\nflow.set('bought', new Set())",
    outputs: 2,
    wires: [['request'], ['out']]
  }),
  at('request', 'http request', { method: 'use', ret: 'obj', url: '', persist: true, senderr: true, wires: [['read']] }),
  at('read', 'function', { func: READ, outputs: 2, wires: [['next'], ['out']] }),
  at('out', 'http response', { statusCode: '', headers: {}, wires: [] })
]
writeFileSync(join(folder, 'flows.json'), JSON.stringify(flow))

const app = express()
const server = createServer(app)
RED.init(server, {
  httpAdminRoot: false,
  httpNodeRoot: '/',
  userDir: resolve(folder),
  flowFile: 'flows.json',
  credentialSecret: false,
  disableEditor: true,
  diagnostics: { enabled: false },
  telemetry: { enabled: false },
  logging: { console: { level: 'error', metrics: false, audit: false } },
  functionGlobalContext: { buyers: JSON.parse(readFileSync(buyersFile, 'utf8')), url: `http://127.0.0.1:${port}/` }
})
app.use('/', RED.httpNode)
server.keepAliveTimeout = 60_000
RED.events.once('flows:started', () => server.listen(0, '127.0.0.1', () => {
  console.log(`serving http://127.0.0.1:${server.address().port}`)
}))
await RED.start()
