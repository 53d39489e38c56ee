import { memoryBroker } from '../../src/index.js'
import { brokerContract } from '../contract-suites/broker.js'

brokerContract('memoryBroker', memoryBroker)
