export * from 'rooms-protocol'
