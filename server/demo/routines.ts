/**
 * All pools of routine posts by name: the everyday messages between the hand-written threads.
 * A pool is a list of scripts in the notation of script.ts; who plays a role is the conversation's cast.
 */
import { directPools } from './routines-direct.ts'
import { officePools } from './routines-office.ts'
import { storePools } from './routines-stores.ts'

export const routinePools: Readonly<Record<string, readonly string[]>> = {
  ...storePools,
  ...officePools,
  ...directPools,
}
