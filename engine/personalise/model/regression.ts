import { featureCount, prior } from './features.ts'

/** Logistic regression on line: P(click) = 1 / (1 + exp(-w.x)), with a normal belief of mean w and covariance P about the weights.
 *
 *  ```
 *  p  = 1 / (1 + exp(-w.x)),  v = p (1 - p)
 *  P <- P - v (P x)(P x)' / (1 + v x'P x)
 *  w <- w + P x (y - p)
 *  ```
 *
 *  McCormick, Raftery, Madigan and Burd, "Dynamic logistic regression and dynamic model averaging for binary classification",
 *  Biometrics 68, 2012. With a dozen weights the full covariance costs a hundred multiplications a row, has no learning rate
 *  to tune, and does not overshoot where features go together, which is what the diagonal ones (AdaGrad, FTRL-proximal) do.
 *  That a letter was seen and that something in it was clicked are known at different times: `see` is the row with y = 0, and
 *  `click` adds the difference, P x. */
export interface Regression {
  readonly mean: Float64Array
  /** Row by row. */
  readonly covariance: Float64Array
  predict(x: Float64Array): number
  /** `p`: what `predict` said; `sign` -1 takes a row back. */
  see(x: Float64Array, p: number, sign?: 1 | -1): void
  click(x: Float64Array, sign?: 1 | -1): void
  /** Believe less firmly what was learned long ago: of the covariance `left` (0 to 1) remains, the rest is the prior's. */
  forget(left: number): void
}

const n = featureCount

export const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z))

export function createRegression(
  mean: Float64Array = Float64Array.from(prior, (one) => one.mean),
  covariance: Float64Array = priorCovariance(),
): Regression {
  // P x of the present row.
  const px = new Float64Array(n)

  function multiply(x: Float64Array): number {
    let quadratic = 0
    for (let i = 0; i < n; i++) {
      let sum = 0
      for (let j = 0; j < n; j++) sum += covariance[i * n + j]! * x[j]!
      px[i] = sum
      quadratic += sum * x[i]!
    }
    return quadratic
  }

  function move(by: number): void {
    for (let i = 0; i < n; i++) {
      const { low, high } = prior[i]!
      mean[i] = Math.min(high, Math.max(low, mean[i]! + px[i]! * by))
    }
  }

  function predict(x: Float64Array): number {
    let z = 0
    for (let i = 0; i < n; i++) z += mean[i]! * x[i]!
    return sigmoid(z)
  }

  return {
    mean,
    covariance,
    predict,
    see(x, p, sign = 1) {
      const v = p * (1 - p)
      const shrunk = 1 + v * multiply(x)
      // What is taken back leaves the belief as firm as it was: a covariance cannot be un-shrunk safely.
      if (sign === 1)
        for (let i = 0; i < n; i++) {
          const scale = (v * px[i]!) / shrunk
          for (let j = 0; j < n; j++) covariance[i * n + j]! -= scale * px[j]!
        }
      move((-sign * p) / (sign === 1 ? shrunk : 1))
    },
    click(x, sign = 1) {
      multiply(x)
      move(sign)
    },
    forget(left) {
      // Towards the prior, not by a factor: errors of rounding shrink with it, where a factor would blow them up without end.
      for (let i = 0; i < n * n; i++) covariance[i]! *= left
      for (const [i, { deviation }] of prior.entries()) covariance[i * n + i]! += (1 - left) * deviation ** 2
    },
  }
}

function priorCovariance(): Float64Array {
  const covariance = new Float64Array(n * n)
  for (const [i, { deviation }] of prior.entries()) covariance[i * n + i] = deviation ** 2
  return covariance
}
