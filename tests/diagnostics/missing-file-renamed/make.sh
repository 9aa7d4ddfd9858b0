mv data-model.md data_model.md
