import { StepFailed, endStepsOnSignal, runStep } from './step.mjs'
import { nodeProblem, root, stepEnvironment } from './workspace.mjs'

/**
 * Runs steps one after the other in the root folder. Ends this process with code 1 and the output of the step that
 * failed, or before the first one where Node is too old. Signals belong to the steps while they run.
 *
 * @param {string} name what a person called, for the last line after a failure
 * @param {readonly (readonly [string, readonly [string, readonly string[]]])[]} steps title and command
 */
export async function stepsOrExit(name, steps) {
  const problem = nodeProblem()
  if (problem !== null) {
    console.error(problem)
    process.exit(1)
  }
  const giveSignalsBack = endStepsOnSignal()
  try {
    for (const [title, command] of steps) await runStep(title, command, { cwd: root, env: stepEnvironment() })
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error
    console.error(`\n${error.output.trim()}\n\n${name} stopped: ${error.message}`)
    process.exit(1)
  }
  giveSignalsBack()
}
