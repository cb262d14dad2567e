/** Before the name of a topic in the name of its node; names of services have no colon. */
const PREFIX = 'topic:';

/** The name of the node that stands for a topic in the graph. */
export function topicNode(topic: string): string {
  return `${PREFIX}${topic}`;
}

/** The topic that a node stands for; undefined for any other node. */
export function topicOf(node: string): string | undefined {
  return node.startsWith(PREFIX) ? node.slice(PREFIX.length) : undefined;
}
