//! Tests of the classifier through its public face, one module for each noun.

#[cfg(test)]
mod artifact;
#[cfg(test)]
mod cascade;
#[cfg(test)]
mod featurizer;
#[cfg(test)]
mod foreign;
#[cfg(test)]
mod graph;
#[cfg(test)]
mod guard;
#[cfg(test)]
mod heads;
#[cfg(test)]
mod mlflow;
#[cfg(test)]
mod python;
#[cfg(test)]
mod serve;
#[cfg(test)]
mod support;
#[cfg(test)]
mod train;
