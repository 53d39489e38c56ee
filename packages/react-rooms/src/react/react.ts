import * as React from 'react'

/** The one import of React, whole: a bundle keeps an import for each file that names a package, and each name twice. */
export { React }
export type { ReactNode, RefObject } from 'react'
