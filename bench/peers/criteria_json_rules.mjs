// json-rules-engine: a rule a buyer, an event for each that matches; facts given at each run, as its pages say.
//
//     LEADFLOW_PEERS=.../package.json node criteria_json_rules.mjs WORKLOAD.json

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(process.env.LEADFLOW_PEERS)
const { Engine, Operator } = require('json-rules-engine')

const NAMES = { '==': 'equal', '!=': 'notEqual', '<': 'lessThan', '<=': 'lessThanInclusive', '>': 'greaterThan', '>=': 'greaterThanInclusive', in: 'in', 'not in': 'notIn' }

function conditions (condition) {
  if (condition.test) {
    const [fact, operator, values] = condition.test
    if (operator === 'between') return { fact, operator: 'between', value: values }
    return { fact, operator: NAMES[operator], value: operator.endsWith('in') ? values : values[0] }
  }
  const [kind, parts] = Object.entries(condition)[0]
  const inner = parts.map(conditions)
  return kind === 'none' ? { not: { any: inner } } : { [kind]: inner }
}

const workload = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const began = process.cpuUsage()
const engine = new Engine()
engine.addOperator(new Operator('between', (value, [low, high]) => low <= value && value <= high))
workload.buyers.forEach((buyer, number) => engine.addRule({
  conditions: { all: buyer.conditions.map(conditions) },
  event: { type: 'hit', params: { number } }
}))
const built = micros(began) / 1e6

function micros (since) {
  const { user, system } = process.cpuUsage(since)
  return user + system
}

async function judge (lead) {
  const { events } = await engine.run(lead)
  return events.map(event => event.params.number).sort((one, two) => one - two)
}

const hits = []
for (const lead of workload.leads) hits.push(await judge(lead))
let best = Infinity
const turn = Math.min(workload.leads.length, 20)
for (let time = 0; time < 3; time++) {
  const since = process.cpuUsage()
  for (let at = 0; at < turn; at++) await judge(workload.leads[at])
  best = Math.min(best, micros(since) / turn)
}
const version = require('json-rules-engine/package.json').version
console.log(JSON.stringify({ peer: 'json-rules-engine', version, mode: 'rules', hits, us: best, built }))
