import type { Stored, VaultRecord } from './record.js';

export type Vote = { term: number; candidate: string; index: number; recordTerm: number };
export type Append = {
  term: number;
  leader: string;
  index: number;
  recordTerm: number;
  record?: VaultRecord;
};
export type RaftAnswer = { term: number; granted?: boolean; index?: number; recordTerm?: number };

type Voter = {
  isMember: (id: string) => boolean;
  hearsLeader: () => boolean;
  vote: () => Stored['vote'];
  record: () => VaultRecord;
  newTerm: (term: number) => void;
  granted: (candidate: string) => void;
  led: (leader: string, record: VaultRecord | undefined) => void;
};

/** What a member answers to a candidate and to a leader. */
export function raftMessages(voter: Voter): {
  answer: (kind: string, message: Vote | Append) => RaftAnswer;
} {
  const toCandidate = ({ term, candidate, index, recordTerm }: Vote): RaftAnswer => {
    const refused = (): RaftAnswer => ({ term: voter.vote().term, granted: false });
    // Who hears a leader, or knows the candidate for none of its own, does not even take its term over.
    if (!voter.isMember(candidate) || voter.hearsLeader()) return { term: 0, granted: false };
    if (term < voter.vote().term) return refused();
    if (term > voter.vote().term) voter.newTerm(term);
    const { for: given } = voter.vote();
    const own = voter.record();
    const isBehind = recordTerm < own.term || (recordTerm === own.term && index < own.index);
    if (isBehind || (given !== undefined && given !== candidate)) return refused();
    voter.granted(candidate);
    return { term, granted: true };
  };
  const toLeader = ({ term, leader, record }: Append): RaftAnswer => {
    if (term >= voter.vote().term) {
      if (term > voter.vote().term) voter.newTerm(term);
      voter.led(leader, record);
    }
    const own = voter.record();
    return { term: voter.vote().term, index: own.index, recordTerm: own.term };
  };
  return {
    answer: (kind, message) => (kind === 'vote' ? toCandidate(message as Vote) : toLeader(message as Append)),
  };
}
