import { RawClient } from '../load/raw-client.mjs'

/** A raw client that remembers what it was told, so that tests can wait for it. */
export class ListeningClient extends RawClient {
  text = ''
  #waiting = []

  constructor() {
    super()
    this.onData = (chunk) => {
      this.text += chunk.toString('latin1')
      this.#waiting = this.#waiting.filter(({ holds, resolve }) => !holds() || resolve())
    }
  }

  hears(pattern) {
    return this.#until(() => pattern.test(this.text))
  }

  /** So many objects more than now. */
  gets(objects) {
    const wanted = this.counter.objects + objects
    return this.#until(() => this.counter.objects >= wanted)
  }

  #until(holds) {
    return new Promise((resolve) => {
      if (holds()) resolve()
      else this.#waiting.push({ holds, resolve })
    })
  }
}
