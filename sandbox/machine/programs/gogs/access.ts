import { modes, type GogsState, type Mode, type Repository, type User } from './state.js';

/** What somebody may in a repository: an administrator of the site has no more than others here. */
export function accessOf(state: GogsState, user: User | undefined, repository: Repository): Mode {
  const found: Mode[] = [repository.isPrivate ? 'none' : 'read'];
  if (user !== undefined) {
    const organisation = state.organisations.find(({ id }) => id === repository.ownerId);
    if (repository.ownerId === user.id || organisation?.owners.includes(user.id) === true)
      found.push('owner');
    found.push(
      ...repository.collaborators.filter(({ userId }) => userId === user.id).map(({ mode }) => mode),
    );
  }
  return found.reduce((most, mode) => (allows(mode, most) ? mode : most));
}

/** Whether a mode has all that another one has. */
export function allows(mode: Mode, wanted: Mode): boolean {
  return modes.indexOf(mode) >= modes.indexOf(wanted);
}
