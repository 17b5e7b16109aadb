// The part of the stored frames of version 1 that tests use.

type OldParsed =
  | { readonly type: 'frame'; readonly frame: { readonly type: string } }
  | { readonly type: 'unknown'; readonly frameType: string }
  | { readonly type: 'malformed'; readonly reason: string }

export function parseDownFrame(text: string): OldParsed
