throw new RangeError('there is no printer')
