export { delimitedLine as csvLine } from '../../engine/audience/csv-line.ts'
