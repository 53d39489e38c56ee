import type { StandardSchemaV1 } from 'rooms-protocol'
import { Compile } from 'typebox/compile'
import type { StaticDecode, StaticEncode, TSchema } from 'typebox'

/**
 * Makes a TypeBox schema a Standard Schema, for use in a contract. Compiles it once.
 * @example events: { message: typebox(Type.Object({ text: Type.String() })) }
 */
export function typebox<T extends TSchema>(schema: T): StandardSchemaV1<StaticEncode<T>, StaticDecode<T>> {
  const validator = Compile(schema)
  return {
    '~standard': {
      version: 1,
      vendor: 'typebox',
      validate: (value) => {
        if (validator.Check(value)) return { value: validator.Decode(value) as StaticDecode<T> }
        return { issues: validator.Errors(value).map(({ instancePath, message }) => ({ message, path: pathOf(instancePath) })) }
      },
    },
  }
}

/** A JSON pointer's parts: `~1` is `/`, `~0` is `~`. */
function pathOf(pointer: string): string[] {
  return pointer.split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}
