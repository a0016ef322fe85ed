/**
 * Optimizers in double precision, one number at a time, as their papers and
 * PyTorch write them: the twins that the kernels are held against.
 *
 * @module
 */

/** The state of one parameter: its value and moments, all 0 at first. */
export interface Parameter {
  x: number;
  [moment: string]: number;
}

/** One step of one parameter: gradient, step number from 1 on, learning rate. */
export type Rule = (
  parameter: Parameter,
  gradient: number,
  step: number,
  learningRate: number,
) => void;

/** Hyperparameters, named as in src/optim. */
export type Options = Readonly<Record<string, number | boolean>>;

const moment = (parameter: Parameter, name: string) => parameter[name] ?? 0;

function sgd(
  { momentum = 0, nesterov = false, weightDecay = 0 }: Options,
): Rule {
  const mu = Number(momentum);
  return (p, gradient, step, rate) => {
    const g = gradient + Number(weightDecay) * p.x;
    if (mu === 0) {
      p.x -= rate * g;
      return;
    }
    p.momentum_buffer = step === 1 ? g : mu * moment(p, "momentum_buffer") + g;
    p.x -= rate *
      (nesterov ? g + mu * p.momentum_buffer : p.momentum_buffer);
  };
}

function adagrad({ epsilon = 1e-10, weightDecay = 0 }: Options): Rule {
  return (p, gradient, _step, rate) => {
    const g = gradient + Number(weightDecay) * p.x;
    p.sum = moment(p, "sum") + g * g;
    p.x -= rate * g / (Math.sqrt(p.sum) + Number(epsilon));
  };
}

function adadelta(
  { rho = 0.9, epsilon = 1e-6, weightDecay = 0 }: Options,
): Rule {
  const [r, e] = [Number(rho), Number(epsilon)];
  return (p, gradient, _step, rate) => {
    const g = gradient + Number(weightDecay) * p.x;
    p.square_avg = r * moment(p, "square_avg") + (1 - r) * g * g;
    const delta = Math.sqrt(moment(p, "acc_delta") + e) /
      Math.sqrt(p.square_avg + e) * g;
    p.acc_delta = r * moment(p, "acc_delta") + (1 - r) * delta * delta;
    p.x -= rate * delta;
  };
}

function rmsprop(
  { alpha = 0.99, epsilon = 1e-8, weightDecay = 0 }: Options,
): Rule {
  const a = Number(alpha);
  return (p, gradient, _step, rate) => {
    const g = gradient + Number(weightDecay) * p.x;
    p.square_avg = a * moment(p, "square_avg") + (1 - a) * g * g;
    p.x -= rate * g / (Math.sqrt(p.square_avg) + Number(epsilon));
  };
}

function adam(
  {
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
    weightDecay = 0,
    amsgrad = false,
  }: Options,
  decoupled = false,
): Rule {
  const [b1, b2, decay] = [beta1, beta2, weightDecay].map(Number) as [
    number,
    number,
    number,
  ];
  return (p, gradient, step, rate) => {
    if (decoupled) p.x -= rate * decay * p.x;
    const g = gradient + (decoupled ? 0 : decay * p.x);
    p.exp_avg = b1 * moment(p, "exp_avg") + (1 - b1) * g;
    p.exp_avg_sq = b2 * moment(p, "exp_avg_sq") + (1 - b2) * g * g;
    let v = p.exp_avg_sq;
    if (amsgrad) {
      v = p.max_exp_avg_sq = Math.max(moment(p, "max_exp_avg_sq"), v);
    }
    const mHat = p.exp_avg / (1 - b1 ** step);
    const vHat = v / (1 - b2 ** step);
    p.x -= rate * mHat / (Math.sqrt(vHat) + Number(epsilon));
  };
}

/** The twins, by the names of the registry. */
export const RULES: Readonly<Record<string, (options: Options) => Rule>> = {
  sgd,
  momentum: (options) => sgd({ momentum: 0.9, ...options }),
  nesterov: (options) => sgd({ momentum: 0.9, ...options, nesterov: true }),
  adagrad,
  adadelta,
  rmsprop,
  adam,
  amsgrad: (options) => adam({ ...options, amsgrad: true }),
  adamw: (options) => adam({ weightDecay: 0.01, ...options }, true),
};
