// Owns the table of commands: noun, verb, operand, flags, the request each makes and how its answer reads.
// Always holds: usage texts, the parser and the work all follow from this one table; `value` is what --json prints.

import { type Command, need, shown } from './command.ts'
import { conversationCommands } from './conversations.ts'
import { deviceCommands } from './devices.ts'
import { operatorCommands } from './operators.ts'
import { conversationsWipe, orderCommands } from './orders.ts'
import { policyCommands } from './policy.ts'
import { block } from './text.ts'
import { userCommands } from './users.ts'
import { wipeCommands } from './wipes.ts'

export const commands: readonly Command[] = [
  ...userCommands,
  ...conversationCommands,
  conversationsWipe,
  ...deviceCommands,
  ...orderCommands,
  ...wipeCommands,
  ...policyCommands,
  ...operatorCommands,
  {
    noun: 'status',
    doc: 'Tells whether the server answers, its version and how many desktops are connected.',
    flags: {},
    run: async ({ call }) =>
      shown(await need(call)('status'), ({ version, timeMs, connections }) =>
        block([
          ['version', version],
          ['time', new Date(timeMs).toISOString()],
          ['connections', String(connections)],
        ]),
      ),
  },
]
