//! Files written and read again, and files that other programs and strangers have written.

#[cfg(test)]
mod foreign;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod lines;
#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod support;
