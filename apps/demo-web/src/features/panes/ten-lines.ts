/** What the two windows run on: lines of the demo itself, which a test compares with their files. */
export const tenLines = {
  server: {
    title: 'Fastify',
    path: 'apps/demo-api/src/routes/pantry.ts',
    code: `
app.get('/pantry', {
  schema: list,
  config: { rooms: { position: 'pantry' } },
}, async () => listPantry(app.db))

app.post('/pantry/:id', { schema: change }, async (request) => {
  const { params: { id }, body: { by } } = request
  const order = await changeQuantity(app.db, id, by, changeOf(request))
  await sendCommitted(app, request, 'pantry', 'order.updated', order)
  return order
})`,
  },
  page: {
    title: 'React',
    path: 'apps/demo-web/src/features/pantry',
    code: `
const pantryQuery = (api: Api) => roomQuery({
  room: 'pantry',
  queryKey: ['pantry'],
  queryFn: async ({ signal, seen }): Promise<StandingOrder[]> =>
    seen(await api.pantry(signal)).json(),
  on: { 'order.updated': (all, order) => upsertNewer(all, order) },
})

const { data: orders, error, refetch } = useRoomQuery(pantryQuery(api))`,
  },
} as const
