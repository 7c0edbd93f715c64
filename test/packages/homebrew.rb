# As much of Homebrew as a formula of ours says: ruby homebrew.rb FORMULA SYSTEM PROCESSOR FOLDER
# Reads the formula as on that machine, runs its `install` in FOLDER, an unpacked archive, and prints what it asked for.
require "json"

file, _system, _processor, folder = ARGV

class Place
  attr_reader :placed

  def initialize(path)
    @path = path
    @placed = []
  end

  def install(what)
    from, to = what.is_a?(Hash) ? what.first : [what, File.basename(what)]
    raise "the archive has no #{from}" unless File.file?(from)

    @placed << to
  end

  def /(name) = "#{@path}/#{name}"
  def to_s = @path
end

class Formula
  FACTS = {}
  PLACES = %i[bin bash_completion zsh_completion fish_completion man1].to_h { |name| [name, Place.new(name.to_s)] }
  RUN = []

  %i[desc homepage version license url sha256].each do |fact|
    define_singleton_method(fact) do |value|
      raise "#{fact} is said twice" if FACTS.key?(fact)

      FACTS[fact] = value
    end
  end
  { on_macos: ["macos", ARGV[1]], on_linux: ["linux", ARGV[1]],
    on_arm: ["arm", ARGV[2]], on_intel: ["intel", ARGV[2]] }.each do |name, (wanted, found)|
    define_singleton_method(name) { |&block| block.call if wanted == found }
  end

  def self.test(&) = nil

  PLACES.each { |name, place| define_method(name) { place } }
  def system(*words) = RUN << words.map(&:to_s)
end

module OS
  def self.mac? = ARGV[1] == "macos"
end

load file
formula = Object.const_get(File.basename(file, ".rb").capitalize)
Dir.chdir(folder) { formula.new.install }
puts JSON.generate(facts: Formula::FACTS, placed: Formula::PLACES.transform_values(&:placed), run: Formula::RUN)
