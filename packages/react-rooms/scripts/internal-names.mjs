// Members of internal interfaces, which the build shortens. A name may stand here if nothing outside this package knows
// it: no public declaration, no wire object, nothing of the platform, React or React Query. `test/build` holds the list
// to that, so that a new name is either safe or refused.
export const INTERNAL_NAMES = [
  'acked', 'admit', 'amend', 'answered', 'bornAt', 'caughtUp', 'dedicated', 'dismiss', 'emit', 'encoded', 'failed', 'foresee', 'internals', 'isIn',
  'isOut', 'joins', 'memberOf', 'merge', 'mix', 'outbox', 'own', 'paging', 'patch', 'receive', 'recovering', 'refused', 'rejectAll', 'retell', 'resumeFrom',
  'sentAt', 'sessionEnded', 'settings', 'startOver', 'want', 'welcome', 'welcomed',
]
