import { raftMessages, type Append, type RaftAnswer, type Vote } from './raft-messages.js';
import type { Member, Stored, VaultRecord } from './record.js';
import { Refusal } from './refusal.js';

/** Time is counted in ticks: a process that was held up takes no other node for lost because of it. */
const tickMs = 100;
const beatTicks = 2;
const leaseTicks = 20;

export type RaftMeans = {
  self: string;
  stored: Stored;
  save: (stored: Stored) => void;
  send: (member: Member, kind: 'vote' | 'append', message: Vote | Append) => Promise<RaftAnswer>;
  /** It leads, and a majority holds a record of its own term. */
  leads: () => void;
  follows: () => void;
  /** Another leader's record was taken over. */
  received: (record: VaultRecord) => void;
};

export type Raft = {
  leader: () => Member | undefined;
  isLeader: () => boolean;
  record: () => VaultRecord;
  term: () => number;
  /** Members that answered lately, this one among them. */
  healthy: () => string[];
  /** Makes the next record, one after the other; done when a majority holds it. @throws Refusal 500 when none does */
  commit: (change: (record: VaultRecord) => VaultRecord, done?: () => void) => Promise<void>;
  /** Gives a node that is no member yet the record. */
  introduce: (member: Member) => Promise<boolean>;
  answer: (kind: string, message: Vote | Append) => RaftAnswer;
  stepDown: (forTicks: number) => void;
  stop: () => void;
};

/**
 * Agrees on one record among the members: terms, votes and majorities are Raft's, the log is one entry long, for each
 * record is the whole state.
 * @see https://raft.github.io/raft.pdf, figure 2; section 6 for a leader that is heard and so not voted down
 */
export function createRaft(means: RaftMeans): Raft {
  let { record, vote } = means.stored;
  let role: 'follower' | 'candidate' | 'leader' = 'follower';
  let leaderId: string | undefined;
  let isReady = false;
  let [silent, patience, beat] = [0, patienceNow(), 0];
  let queue: Promise<void> = Promise.resolve();
  const heard = new Map<string, number>();
  const inFlight = new Set<string>();

  const others = (): Member[] => record.members.filter(({ id }) => id !== means.self);
  /** How many others make a majority together with this one; one more when it is taking itself out. */
  const othersNeeded = (): number =>
    Math.floor(
      others().length === record.members.length ? record.members.length / 2 + 1 : record.members.length / 2,
    );
  const save = (): void => means.save({ record, vote });
  const follow = (): void => {
    const led = role === 'leader';
    role = 'follower';
    isReady = false;
    [silent, patience] = [0, patienceNow()];
    if (leaderId === means.self) leaderId = undefined;
    if (led) means.follows();
  };
  const newTerm = (term: number): void => {
    vote = { term };
    save();
    follow();
  };

  const push = async (member: Member, whole: boolean): Promise<boolean> => {
    const { term, index } = record;
    const message = { term: vote.term, leader: means.self, index, recordTerm: term };
    const answer = await means.send(member, 'append', { ...message, ...(whole && { record }) }).catch(() => {
      return undefined;
    });
    if (answer === undefined || role !== 'leader') return false;
    if (answer.term > vote.term) {
      newTerm(answer.term);
      return false;
    }
    heard.set(member.id, 0);
    return answer.index === index && answer.recordTerm === term;
  };
  const beatTo = async (member: Member): Promise<void> => {
    if (inFlight.has(member.id)) return;
    inFlight.add(member.id);
    const before = record.index;
    const holds = await push(member, false);
    if (!holds && heard.get(member.id) === 0 && record.index === before) await push(member, true);
    inFlight.delete(member.id);
  };

  const commit: Raft['commit'] = (change, done) => {
    const work = queue.then(async () => {
      if (role !== 'leader') throw new Refusal(500, 'node is not the leader');
      record = { ...change(record), term: vote.term, index: record.index + 1 };
      save();
      const holders = others().map((member) => push(member, true));
      if (!(await isMajority(holders, othersNeeded())) || role !== 'leader') {
        follow();
        throw new Refusal(500, 'leadership lost while committing log');
      }
      done?.();
    });
    queue = work.catch(() => undefined);
    return work;
  };

  const campaign = async (): Promise<void> => {
    vote = { term: vote.term + 1, for: means.self };
    [role, leaderId, silent, patience] = ['candidate', undefined, 0, patienceNow()];
    save();
    const { term } = vote;
    const message = { term, candidate: means.self, index: record.index, recordTerm: record.term };
    const votes = others().map(async (member) => {
      const answer = await means.send(member, 'vote', message).catch(() => undefined);
      if (answer !== undefined && answer.term > vote.term) newTerm(answer.term);
      return answer?.granted === true;
    });
    const won = await isMajority(votes, othersNeeded());
    if (!won || role !== 'candidate' || vote.term !== term) return;
    [role, leaderId] = ['leader', means.self];
    for (const { id } of others()) heard.set(id, 0);
    // What an earlier leader left is held by a majority once a record of this term is (section 5.4.2).
    await commit((before) => before).catch(() => undefined);
    if (role !== 'leader' || vote.term !== term) return;
    isReady = true;
    means.leads();
  };

  const healthy = (): string[] => [
    means.self,
    ...others().flatMap(({ id }) => ((heard.get(id) ?? Infinity) <= leaseTicks ? [id] : [])),
  ];

  const tick = (): void => {
    if (role === 'leader') {
      for (const [id, ticks] of heard) heard.set(id, ticks + 1);
      if (healthy().length * 2 <= record.members.length) return follow();
      beat += 1;
      if (beat % beatTicks === 0) for (const member of others()) void beatTo(member);
      return;
    }
    silent += 1;
    if (silent < (others().length === 0 ? 1 : patience)) return;
    if (record.members.some(({ id }) => id === means.self)) void campaign();
  };
  const timer = setInterval(tick, tickMs);

  const { answer } = raftMessages({
    isMember: (id) => record.members.some((member) => member.id === id),
    hearsLeader: () => role === 'leader' || (leaderId !== undefined && silent < leaseTicks),
    vote: () => vote,
    record: () => record,
    newTerm,
    granted: (candidate) => {
      vote = { ...vote, for: candidate };
      silent = 0;
      save();
    },
    led: (leader, given) => {
      if (role !== 'follower') follow();
      [leaderId, silent] = [leader, 0];
      if (given === undefined) return;
      record = given;
      save();
      means.received(given);
    },
  });

  return {
    leader: () =>
      role === 'leader' && !isReady ? undefined : record.members.find(({ id }) => id === leaderId),
    isLeader: () => role === 'leader' && isReady,
    record: () => record,
    term: () => vote.term,
    healthy,
    commit,
    introduce: (member) => push(member, true),
    answer,
    stepDown: (forTicks) => {
      follow();
      silent = -forTicks;
    },
    stop: () => {
      clearInterval(timer);
      role = 'follower';
    },
  };
}

function patienceNow(): number {
  return 24 + Math.floor(Math.random() * 16);
}

/** True as soon as `needed` of them hold it; false when that many cannot any more. */
async function isMajority(holders: readonly Promise<boolean>[], needed: number): Promise<boolean> {
  if (needed === 0) return true;
  return new Promise((resolve) => {
    let [yes, no] = [0, 0];
    for (const holder of holders)
      void holder.then((holds) => {
        if (holds) yes += 1;
        else no += 1;
        if (yes >= needed) resolve(true);
        else if (holders.length - no < needed) resolve(false);
      });
  });
}
