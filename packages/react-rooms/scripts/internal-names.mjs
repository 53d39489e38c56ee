// Members of internal interfaces, which the build shortens. A name may stand here if nothing outside this package knows
// it: no public declaration, no wire object, nothing of the platform, React or React Query. `test/build` holds the list
// to that, so that a new name is either safe or refused.
export const INTERNAL_NAMES = [
  'acked', 'admit', 'allConnections', 'amend', 'answered', 'attend', 'bornAt', 'caughtUp', 'dedicated', 'dismiss', 'emit', 'encoded', 'endNow',
  'failed', 'foresee', 'grantsView', 'heldRooms', 'hinted', 'internals', 'isIn', 'isOut', 'joins', 'letGo', 'memberOf', 'merge', 'mix', 'outbox', 'own',
  'ownView', 'paging', 'presenceView', 'receive', 'recovering', 'refused', 'rejectAll', 'resumeFrom', 'sendDue', 'sentAt', 'servedBy', 'sessionEnded',
  'settings', 'startOver', 'tryAgain', 'typingView', 'unsettled', 'want', 'weighs', 'welcome', 'welcomed',
]
