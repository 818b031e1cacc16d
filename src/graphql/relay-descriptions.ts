/** What the standard parts of every connection say (relay.dev/graphql/connections.htm), once for all. */
export const relayDescriptions = {
  firstArgOptions: {
    description: 'How many rows from the start of the order, 1 to 100; 20 when neither first nor last is given.',
  },
  afterArgOptions: { description: 'Only rows behind this cursor; with first.' },
  lastArgOptions: { description: 'How many rows from the end of the order, 1 to 100.' },
  beforeArgOptions: { description: 'Only rows ahead of this cursor; with last.' },
  edgesFieldOptions: { nullable: false, description: 'The rows of this page, each with its cursor.' },
  nodesOnConnection: { description: 'The rows of this page, without their cursors.' },
  nodeFieldOptions: { nullable: false, description: 'The row.' },
  cursorFieldOptions: { description: "The row's place in the order. Opaque: pass it back as `after` or `before`." },
  pageInfoFieldOptions: { description: 'Where this page stands among the others.' },
  hasNextPageFieldOptions: { description: 'Whether there are rows behind this page.' },
  hasPreviousPageFieldOptions: { description: 'Whether there are rows ahead of this page.' },
  startCursorFieldOptions: { description: 'The cursor of the first row; null on an empty page.' },
  endCursorFieldOptions: { description: 'The cursor of the last row; null on an empty page.' },
  idFieldOptions: { description: 'The id of this object: opaque, and the same for as long as it exists.' },
} as const;
