export * from 'rooms-protocol'
export * from './public.js'
