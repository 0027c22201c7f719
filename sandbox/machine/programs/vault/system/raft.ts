import { text } from '../fields.js';
import { sealNode } from '../opening.js';
import { data, empty } from '../question.js';
import { reads, type Call, type Route } from '../route.js';

/** Long enough for the others to choose one of them. */
const stepDownTicks = 60;

const raftOf = ({ node }: Call) => node.opened!.raft;

/** The cluster, and what the active node does to itself. */
export const raftRoutes: readonly Route[] = [
  reads('read', /^storage\/raft\/configuration$/, (call) => {
    const { index, members } = raftOf(call).record();
    const leader = raftOf(call).leader()?.id;
    const servers = members.map(({ id, cluster }) => ({
      node_id: id,
      address: cluster.replace(/^https:\/\//, ''),
      leader: id === leader,
      protocol_version: '3',
      voter: true,
    }));
    return data({ config: { index, servers } });
  }),
  reads('read', /^storage\/raft\/autopilot\/state$/, (call) => {
    const { members } = raftOf(call).record();
    const healthy = raftOf(call).healthy();
    const servers = members.map(({ id, cluster }) => [
      id,
      { id, name: id, address: cluster.replace(/^https:\/\//, ''), healthy: healthy.includes(id) },
    ]);
    return data({
      healthy: members.every(({ id }) => healthy.includes(id)),
      failure_tolerance: Math.max(0, healthy.length - Math.floor(members.length / 2) - 1),
      leader: raftOf(call).leader()?.id ?? '',
      voters: members.map(({ id }) => id),
      servers: Object.fromEntries(servers) as unknown,
    });
  }),
  reads('update', /^storage\/raft\/remove-peer$/, async (call) => {
    const id = text(call.fields, 'server_id');
    const raft = raftOf(call);
    if (!raft.record().members.some((member) => member.id === id)) return empty;
    await raft.commit((record) => ({
      ...record,
      members: record.members.filter((member) => member.id !== id),
    }));
    call.node.machine.happened('vault-member-removed', { node: id });
    if (id === call.node.settings.nodeId) sealNode(call.node);
    return empty;
  }),
  reads(
    'update',
    /^step-down$/,
    (call) => {
      raftOf(call).stepDown(stepDownTicks);
      return empty;
    },
    { sudo: true },
  ),
  reads(
    'update',
    /^seal$/,
    ({ node }) => {
      sealNode(node);
      node.machine.happened('vault-sealed', { node: node.settings.nodeId });
      return empty;
    },
    { sudo: true },
  ),
];
