dist_man_MANS += %D%/cim-city.5 %D%/cim-index.7
